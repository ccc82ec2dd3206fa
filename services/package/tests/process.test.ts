/** The whole service as a process, with real PostgreSQL: its logs and its exit. */

import { once } from "node:events";

import { describe, expect, test } from "vitest";

import { open } from "./connections.ts";
import { migratedDatabase, migrateQuietly, NO_DATABASE } from "./databases.ts";
import { PASSWORD, PostgresServer } from "./postgres-server.ts";
import { parseLines, Service } from "./service-process.ts";
import { until } from "./waiting.ts";

const DETAILS = { size: "medium", weightKg: 2.5, tag: "fragile" };
const PATH = "/api/packages/p-1";

const requestsIn = (out: string) => parseLines(out).filter(({ message }) => message === "request");

test("a package outlives the process", async () => {
  const url = await migratedDatabase();
  await using first = await Service.start(url);
  expect(await first.status("PUT", PATH, DETAILS)).toBe(201);
  expect((await first.stop()).code).toBe(0);
  await using second = await Service.start(url);
  expect(JSON.parse((await second.ask("GET", PATH)).body)).toEqual({ id: "p-1", ...DETAILS });
});

test("each request is one JSON line, and probes are none", async () => {
  await using service = await Service.start(await migratedDatabase(), { APP_VERSION: "2.0.1" });
  await service.ask("GET", "/healthz");
  await service.ask("GET", "/readyz");
  await service.ask("GET", "/api/packages/none?q=1", undefined, { "X-Request-ID": "follow-me" });
  const forged = { "X-Request-ID": 'forged", "level": "x' };
  const replaced = (await service.ask("GET", "/version", undefined, forged)).headers["x-request-id"];
  const { out, err } = await service.stop();
  const requests = requestsIn(out);
  expect(requests).toMatchObject([
    { method: "GET", path: "/api/packages/none", status: 404, request_id: "follow-me", level: "INFO" },
    { method: "GET", path: "/version", status: 200, request_id: replaced, version: "2.0.1" },
  ]);
  expect(replaced).toMatch(/^[0-9a-f]{32}$/);
  expect(requests.every(({ ms }) => Number(ms) >= 0)).toBe(true);
  expect(err).toBe("");
});

describe("without PostgreSQL", () => {
  test("it runs, is not ready and tells no secret", async () => {
    await using service = await Service.start(NO_DATABASE);
    expect(await service.status("GET", "/healthz")).toBe(200);
    expect(await service.status("GET", "/readyz")).toBe(503);
    const refused = await service.ask("PUT", PATH, DETAILS);
    expect([refused.status, refused.headers["retry-after"]]).toEqual([503, "2"]);
    const { code, out, err } = await service.stop();
    expect([code, err]).toEqual([0, ""]);
    expect(out).toContain("the store did not answer: PostgreSQL: connect ECONNREFUSED");
    expect(out).not.toContain(PASSWORD);
  });

  test("it is there again when PostgreSQL is", async () => {
    const server = await PostgresServer.create();
    await server.start();
    await migrateQuietly(server.url("postgres"));
    await using service = await Service.start(server.url("postgres"));
    expect(await service.status("PUT", PATH, DETAILS)).toBe(201);
    await server.stop();
    await until(async () => service.out.includes("idle connection to PostgreSQL broke"), "it is told");
    expect(await service.status("GET", "/readyz")).toBe(503);
    expect(await service.status("GET", PATH)).toBe(503);
    expect(await service.status("GET", "/healthz")).toBe(200);
    await server.start();
    expect(await service.status("GET", "/readyz")).toBe(200);
    expect(await service.status("GET", PATH)).toBe(200);
    expect((await service.stop()).code).toBe(0);
    await server.remove();
  });
});

describe("connections that go wrong", () => {
  test("a body that never ends well is no error of ours", async () => {
    await using service = await Service.start(NO_DATABASE);
    const { socket } = await open(service);
    socket.end(`PUT ${PATH} HTTP/1.1\r\nHost: p\r\nContent-Length: 99\r\n\r\n{`);
    await until(() => requestsIn(service.out).length > 0, "the request is in the log");
    const { code, out, err } = await service.stop();
    expect([code, err]).toEqual([0, ""]);
    expect(requestsIn(out)).toMatchObject([{ status: 499 }]);
    expect(out).not.toContain('"ERROR"');
  });

  test("what is not HTTP is answered with a problem", async () => {
    await using service = await Service.start(NO_DATABASE);
    const { socket, read } = await open(service);
    socket.write("BLAH\r\n\r\n");
    await once(socket, "close");
    expect(read()).toMatch(/^HTTP\/1.1 400 [^]*application\/problem\+json[^]*"status":400/);
  });

  test("a port in use is reported and fails the start", async () => {
    await using first = await Service.start(NO_DATABASE);
    await using second = await Service.start(NO_DATABASE, { PORT: String(first.port) });
    const { code, err } = await second.end();
    expect(code).toBe(1);
    expect(err).toMatch(/^package cannot start: [^\n]*address already in use[^\n]*\n$/);
  });
});
