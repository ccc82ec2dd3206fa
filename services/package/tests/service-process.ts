/** The programs in `dist`, as processes. */

import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { Agent, request, type IncomingMessage } from "node:http";
import { fileURLToPath } from "node:url";

import { DEADLINE_SECONDS, until } from "./waiting.ts";

const DIST = fileURLToPath(new URL("../dist/", import.meta.url));
const LISTENING = /Server listening at http:\/\/127\.0\.0\.1:(\d+)/;

export type Environment = Record<string, string>;

export interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

export interface Answer {
  readonly status: number;
  readonly headers: IncomingMessage["headers"];
  readonly body: string;
}

/** A program and what it has written so far. */
export class Program {
  readonly #process: ChildProcess;
  readonly #ended: Promise<unknown>;
  out = "";
  err = "";

  /** Nothing of the tests' own environment reaches it but the PATH. */
  constructor(name: string, words: string[], environment: Environment) {
    this.#process = spawn(process.execPath, [`${DIST}${name}.js`, ...words], {
      env: { PATH: process.env["PATH"] ?? "", ...environment },
      stdio: ["ignore", "pipe", "pipe"],
    });
    this.#ended = once(this.#process, "close");
    this.#process.stdout?.setEncoding("utf8").on("data", (text: string) => (this.out += text));
    this.#process.stderr?.setEncoding("utf8").on("data", (text: string) => (this.err += text));
  }

  get running(): boolean {
    return this.#process.exitCode === null && this.#process.signalCode === null;
  }

  signal(name: NodeJS.Signals): void {
    this.#process.kill(name);
  }

  async end(): Promise<Ended> {
    const timeUp = setTimeout(() => this.signal("SIGKILL"), DEADLINE_SECONDS * 1000);
    await this.#ended;
    clearTimeout(timeUp);
    return { code: this.#process.exitCode, out: this.out, err: this.err };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.signal("SIGKILL");
    await this.#ended;
  }
}

/** Run `node dist/<name>.js` to its end. */
export async function runProgram(name: string, words: string[], environment: Environment): Promise<Ended> {
  await using program = new Program(name, words, environment);
  return await program.end();
}

/** `node dist/main.js`, asked over one kept-alive connection. */
export class Service extends Program {
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 1 });
  port = 0;

  private constructor(environment: Environment) {
    super("main", [], environment);
  }

  /** Start it and wait until it listens. */
  static async start(databaseUrl: string, environment: Environment = {}): Promise<Service> {
    const service = new Service({
      DATABASE_URL: databaseUrl,
      DATABASE_SECONDS: "60",
      APP_VERSION: "1.0.0",
      APP_COMMIT: "abc1234",
      PORT: "0",
      DRAIN_SECONDS: "0",
      ...environment,
    });
    await until(() => LISTENING.test(service.out) || !service.running, "the service listens");
    service.port = Number(LISTENING.exec(service.out)?.[1]);
    return service;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  async ask(method: string, path: string, content?: unknown, headers: Environment = {}): Promise<Answer> {
    const asked = request(this.url + path, { method, headers, agent: this.#agent });
    asked.end(content === undefined ? undefined : JSON.stringify(content));
    const [response] = (await once(asked, "response")) as [IncomingMessage];
    const parts = await response.setEncoding("utf8").toArray();
    return { status: response.statusCode ?? 0, headers: response.headers, body: parts.join("") };
  }

  async status(method: string, path: string, content?: unknown): Promise<number> {
    return (await this.ask(method, path, content)).status;
  }

  async stop(): Promise<Ended> {
    this.signal("SIGTERM");
    return await this.end();
  }

  /** The lines of its log so far. */
  get lines(): Record<string, unknown>[] {
    return parseLines(this.out);
  }

  override async [Symbol.asyncDispose](): Promise<void> {
    this.#agent.destroy();
    await super[Symbol.asyncDispose]();
  }
}

/** Whole lines only: the last one may still be on its way. */
export function parseLines(out: string): Record<string, unknown>[] {
  return out
    .slice(0, out.lastIndexOf("\n") + 1)
    .split("\n")
    .filter(Boolean)
    .map((line) => JSON.parse(line));
}
