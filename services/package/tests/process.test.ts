/** The whole service as a process, with real PostgreSQL: its logs and its exit. */

import { once } from "node:events";
import { connect, type Socket } from "node:net";

import { describe, expect, test } from "vitest";

import { migratedDatabase, migrateQuietly, NO_DATABASE } from "./databases.ts";
import { PASSWORD, PostgresServer } from "./postgres-server.ts";
import { parseLines, Service } from "./service-process.ts";
import { until } from "./waiting.ts";

const DETAILS = { size: "medium", weightKg: 2.5, tag: "fragile" };
const BODY = JSON.stringify(DETAILS);
const PATH = "/api/packages/p-1";

/** A connection to `service` and what it has read so far. */
async function open(service: Service): Promise<{ socket: Socket; read: () => string }> {
  const socket = connect(service.port, "127.0.0.1").setEncoding("utf8");
  let text = "";
  socket.on("data", (part: string) => (text += part)).on("error", () => undefined);
  await once(socket, "connect");
  return { socket, read: () => text };
}

async function refusesConnections(port: number): Promise<boolean> {
  const socket = connect(port, "127.0.0.1");
  const refused = await once(socket, "connect").then(
    () => false,
    () => true,
  );
  socket.destroy();
  return refused;
}

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

describe("draining", () => {
  test("moves a kept-alive client with its next answer", async () => {
    await using service = await Service.start(NO_DATABASE);
    const { socket, read } = await open(service);
    socket.write("GET /version HTTP/1.1\r\nHost: p\r\n\r\n");
    await until(() => read().includes("commit"), "an answer");
    expect(await service.status("POST", "/drain?seconds=300")).toBe(202);
    expect(read()).not.toMatch(/connection: close/i);
    socket.write("GET /version HTTP/1.1\r\nHost: p\r\n\r\n");
    await once(socket, "close");
    expect(read()).toMatch(/connection: close/i);
    expect(read().match(/HTTP\/1.1 200/g)).toHaveLength(2);
  });
});

describe("stopping", () => {
  test("a request under way is answered", async () => {
    await using service = await Service.start(await migratedDatabase());
    const { socket, read } = await open(service);
    const head = `PUT ${PATH} HTTP/1.1\r\nHost: p\r\nContent-Length: ${BODY.length}\r\n`;
    socket.write(`${head}Expect: 100-continue\r\n\r\n`);
    await until(() => read().startsWith("HTTP/1.1 100 "), "the request is under way");
    service.signal("SIGTERM");
    await until(() => refusesConnections(service.port), "no new connections are accepted");
    expect(service.running).toBe(true);
    socket.write(BODY);
    expect((await service.end()).code).toBe(0);
    expect(read()).toContain("HTTP/1.1 201 ");
  });

  test("a request that never ends holds it up for ten seconds at most", async () => {
    await using service = await Service.start(NO_DATABASE);
    const { socket } = await open(service);
    socket.write(`PUT ${PATH} HTTP/1.1\r\nHost: p\r\nContent-Length: 99\r\n\r\n{`);
    const { code, out } = await service.stop();
    expect(code).toBe(0);
    expect(out).toContain('"stopped"');
    socket.destroy();
  });

  test("a lame duck lasts its time", async () => {
    await using service = await Service.start(NO_DATABASE, { DRAIN_SECONDS: "1" });
    const began = performance.now();
    expect((await service.stop()).code).toBe(0);
    expect(performance.now() - began).toBeGreaterThanOrEqual(1000);
  });

  test.each(["SIGTERM", "SIGINT"] as const)(
    "a second signal cuts the lame duck short: %s",
    async (signal) => {
      await using service = await Service.start(await migratedDatabase(), { DRAIN_SECONDS: "300" });
      service.signal(signal);
      const closes = async () => (await service.ask("GET", "/version")).headers.connection === "close";
      await until(closes, "it is a lame duck");
      expect(await service.status("GET", "/readyz")).toBe(200);
      service.signal("SIGTERM");
      expect((await service.end()).code).toBe(0);
    },
  );
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
