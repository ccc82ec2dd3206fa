import type { FastifyInstance, LightMyRequestResponse } from "fastify";
import { pino } from "pino";
import { beforeEach, expect, test } from "vitest";

import { createApp } from "../src/app.ts";
import { Drain } from "../src/drain.ts";
import { MemoryStore } from "./memory-store.ts";

let now: number;
let store: MemoryStore;
let app: FastifyInstance;

beforeEach(() => {
  now = 1_000_000;
  store = new MemoryStore();
  const drain = new Drain(() => now);
  app = createApp(store, drain, { version: "1.2.3", commit: "abc" }, pino({ level: "silent" }));
});

function get(url: string): Promise<LightMyRequestResponse> {
  return app.inject({ method: "GET", url });
}

function drain(query = ""): Promise<LightMyRequestResponse> {
  return app.inject({ method: "POST", url: `/drain${query}` });
}

async function connection(url = "/version"): Promise<unknown> {
  return (await get(url)).headers.connection;
}

test("the version tells service, version and commit", async () => {
  expect((await get("/version")).json()).toEqual({ service: "package", version: "1.2.3", commit: "abc" });
});

test("ready follows the store, and alive does not", async () => {
  expect((await get("/readyz")).statusCode).toBe(200);
  store.available = false;
  const unready = await get("/readyz");
  expect([unready.statusCode, unready.headers["content-type"]]).toEqual([503, "application/problem+json"]);
  expect((await get("/healthz")).statusCode).toBe(200);
});

test("a drain closes connections for its time and then lapses", async () => {
  expect(await connection()).not.toBe("close");
  const started = await drain("?seconds=60");
  expect([started.statusCode, started.headers.connection]).toEqual([202, "close"]);
  expect(started.json().until).toMatch(/Z$/);
  now += 59_000;
  expect(await connection()).toBe("close");
  expect(await connection("/nowhere")).toBe("close");
  now += 1_000;
  expect(await connection()).not.toBe("close");
});

test("a drain lasts 30 seconds by default", async () => {
  await drain();
  now += 29_900;
  expect(await connection()).toBe("close");
  now += 200;
  expect(await connection()).not.toBe("close");
});

test("a shorter drain does not cut a longer one", async () => {
  await drain("?seconds=100");
  await drain("?seconds=1");
  now += 50_000;
  expect(await connection()).toBe("close");
});

test.each(["0", "301", "-1", "1.5", "", "soon", "1&seconds=2"])(
  "a drain of a wrong length is refused: %s",
  async (seconds) => {
    const response = await drain(`?seconds=${seconds}`);
    expect(response.statusCode).toBe(422);
    expect(response.json().detail).toContain("1 to 300");
    expect(await connection()).not.toBe("close");
  },
);

test("a drain reads no body, whatever its media type", async () => {
  const headers = { "content-type": "application/json" };
  expect((await app.inject({ method: "POST", url: "/drain", headers, payload: "" })).statusCode).toBe(202);
});

test("a drain cannot be started by a GET", async () => {
  const response = await get("/drain");
  expect([response.statusCode, response.headers["allow"]]).toEqual([405, "POST"]);
  expect(response.headers.connection).not.toBe("close");
});
