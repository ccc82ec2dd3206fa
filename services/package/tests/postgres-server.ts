/** A real PostgreSQL, in a temporary folder and behind a socket in it: no port that others could want. */

import { execFile, spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { chown, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { promisify } from "node:util";

import pg from "pg";

import { until } from "./waiting.ts";

export const PASSWORD = "not-to-be-logged";

const USER = "packages";
const DEBIAN = "/usr/lib/postgresql";
const NOBODY = { uid: 65534, gid: 65534 };
// PostgreSQL refuses to run as root, which containers of tests often are.
const OWNER = process.getuid?.() === 0 ? NOBODY : {};
// Nothing here has to outlive a crash of the machine; but what was committed outlives PostgreSQL's own end.
const FAST = ["fsync=off", "full_page_writes=off"];

const run = promisify(execFile);

export class PostgresServer {
  readonly #folder: string;
  readonly #programs: string;
  #process: ChildProcess | undefined;

  private constructor(folder: string, programs: string) {
    this.#folder = folder;
    this.#programs = programs;
  }

  /** An empty one, not started. */
  static async create(): Promise<PostgresServer> {
    const server = new PostgresServer(await mkdtemp(join(tmpdir(), "postgres-")), await findPrograms());
    if ("uid" in OWNER) {
      await chown(server.#folder, NOBODY.uid, NOBODY.gid);
    }
    await server.#initialise();
    return server;
  }

  async #initialise(): Promise<void> {
    const passwordFile = join(this.#folder, "password");
    await writeFile(passwordFile, PASSWORD, { mode: 0o644 });
    const options = ["--auth=scram-sha-256", `--pwfile=${passwordFile}`, "--encoding=UTF8", "--locale=C"];
    const initdb = join(this.#programs, "initdb");
    await run(initdb, ["-D", this.#data, `--username=${USER}`, "--no-sync", ...options], OWNER);
  }

  get #data(): string {
    return join(this.#folder, "data");
  }

  /** The URL of one of its databases. */
  url(database: string): string {
    return `postgresql://${USER}:${PASSWORD}@${encodeURIComponent(this.#folder)}/${database}`;
  }

  /** Start it and wait until it answers. */
  async start(): Promise<void> {
    const settings = ["listen_addresses=", `unix_socket_directories=${this.#folder}`, ...FAST];
    const words = ["-D", this.#data, ...settings.flatMap((setting) => ["-c", setting])];
    const server = spawn(join(this.#programs, "postgres"), words, { ...OWNER, stdio: "ignore" });
    this.#process = server;
    await until(async () => server.exitCode !== null || (await answers(this.url("postgres"))), "it answers");
    if (server.exitCode !== null) {
      throw new Error("PostgreSQL did not start");
    }
  }

  /** End it, and every connection to it, at once. */
  async stop(): Promise<void> {
    const server = this.#process;
    this.#process = undefined;
    if (server && server.exitCode === null) {
      server.kill("SIGQUIT");
      await once(server, "exit");
    }
  }

  async remove(): Promise<void> {
    await this.stop();
    await rm(this.#folder, { recursive: true, force: true });
  }
}

/** Where PostgreSQL's programs are: on the PATH, or where Debian keeps those of each version. */
async function findPrograms(): Promise<string> {
  const versions = existsSync(DEBIAN) ? await readdir(DEBIAN) : [];
  const folders = [
    ...(process.env["PATH"] ?? "").split(delimiter),
    ...versions.map((version) => join(DEBIAN, version, "bin")),
  ];
  const found = folders.find((folder) => existsSync(join(folder, "initdb")));
  if (found === undefined) {
    throw new Error("PostgreSQL is not here; the testrunner image brings it (apt: postgresql)");
  }
  return found;
}

async function answers(url: string): Promise<boolean> {
  const client = new pg.Client({ connectionString: url });
  try {
    await client.connect();
    return true;
  } catch {
    return false;
  } finally {
    await client.end();
  }
}
