/** How the service ends: as a lame duck, then with what is under way. A process with real PostgreSQL. */

import { once } from "node:events";

import { describe, expect, test } from "vitest";

import { open, refusesConnections } from "./connections.ts";
import { migratedDatabase, NO_DATABASE } from "./databases.ts";
import { Service } from "./service-process.ts";
import { until } from "./waiting.ts";

const BODY = JSON.stringify({ size: "medium", weightKg: 2.5, tag: "fragile" });
const PATH = "/api/packages/p-1";

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

// At the same time: they wait, most of all the second one.
describe.concurrent("stopping", () => {
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
