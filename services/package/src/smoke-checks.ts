/** What must hold of a deployed version. */

import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { isDeepStrictEqual } from "node:util";

import { SMOKE_PREFIX, type Details } from "./model.ts";

const DETAILS: Details = { size: "small", weightKg: 1.5, tag: "smoke" };
const PAUSE_MS = 200;

export interface SmokeOptions {
  readonly baseUrl: string;
  readonly expectedVersion?: string | undefined;
  /** For one request. */
  readonly timeoutSeconds: number;
  /** To become ready. */
  readonly waitSeconds: number;
}

export interface Check {
  readonly claim: string;
  /** Rejects, and says what was seen instead, if the claim does not hold. */
  readonly holds: () => Promise<void>;
}

/**
 * In the order they are to be made.
 *
 * What they put has an id with the reserved prefix `smoke-`, which the service forgets after about an hour.
 */
export function smokeChecks(options: SmokeOptions): Check[] {
  const { expectedVersion } = options;
  const service = new DeployedService(options);
  const path = `/api/packages/${SMOKE_PREFIX}${randomUUID()}`;
  return [
    { claim: "the version is ready", holds: () => service.becomesReady(options.waitSeconds) },
    { claim: "the process is alive", holds: () => service.answers("GET", "/healthz", 200) },
    ...(expectedVersion
      ? [{ claim: `it is version ${expectedVersion}`, holds: () => service.isVersion(expectedVersion) }]
      : []),
    { claim: "a new package is accepted", holds: () => service.answers("PUT", path, 201, DETAILS) },
    { claim: "the package can be read back", holds: () => service.has(path, DETAILS) },
  ];
}

class DeployedService {
  readonly #baseUrl: string;
  readonly #timeoutMs: number;

  constructor({ baseUrl, timeoutSeconds }: SmokeOptions) {
    this.#baseUrl = baseUrl.replace(/\/+$/, "");
    this.#timeoutMs = timeoutSeconds * 1000;
  }

  /** A Service that was created a moment ago may not route yet, so this one check waits. */
  async becomesReady(waitSeconds: number): Promise<void> {
    const deadline = performance.now() + waitSeconds * 1000;
    for (;;) {
      try {
        return await this.answers("GET", "/readyz", 200);
      } catch (error) {
        if (performance.now() >= deadline) {
          throw error;
        }
        await sleep(PAUSE_MS);
      }
    }
  }

  async isVersion(expected: string): Promise<void> {
    const { version } = await this.#object("/version");
    if (version !== expected) {
      throw new Error(`it says it is ${JSON.stringify(version)}`);
    }
  }

  async has(path: string, details: Details): Promise<void> {
    const found = await this.#object(path);
    const differing = Object.entries(details).filter(([key, value]) => !isDeepStrictEqual(found[key], value));
    if (differing.length > 0) {
      const keys = differing.map(([key]) => key).join(", ");
      throw new Error(`not as it was put: ${keys} in ${JSON.stringify(found)}`);
    }
  }

  async answers(method: string, path: string, status: number, content?: unknown): Promise<void> {
    await this.#ask(method, path, status, content);
  }

  async #object(path: string): Promise<Record<string, unknown>> {
    const text = await this.#ask("GET", path, 200);
    const value: unknown = JSON.parse(text);
    if (typeof value !== "object" || value === null) {
      throw new Error(`GET ${path} answered no JSON object: ${text.slice(0, 300)}`);
    }
    return { ...value };
  }

  /** The body of the answer. */
  async #ask(method: string, path: string, status: number, content?: unknown): Promise<string> {
    const response = await fetch(this.#baseUrl + path, {
      method,
      signal: AbortSignal.timeout(this.#timeoutMs),
      ...(content === undefined
        ? {}
        : { body: JSON.stringify(content), headers: { "Content-Type": "application/json" } }),
    });
    const text = await response.text();
    if (response.status !== status) {
      throw new Error(`${method} ${path} answered ${response.status}, not ${status}: ${text.slice(0, 300)}`);
    }
    return text;
  }
}
