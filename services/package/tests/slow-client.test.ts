import { once } from "node:events";
import { connect, type AddressInfo } from "node:net";

import type { FastifyInstance } from "fastify";
import { pino } from "pino";
import { afterEach, beforeEach, expect, test } from "vitest";

import { createApp } from "../src/app.ts";
import { Drain } from "../src/drain.ts";
import { MemoryStore } from "./memory-store.ts";

let app: FastifyInstance;

beforeEach(async () => {
  const about = { version: "1.2.3", commit: "abc" };
  app = createApp(new MemoryStore(), new Drain(), about, pino({ level: "silent" }), 100);
  await app.listen({ host: "127.0.0.1", port: 0 });
});

afterEach(() => app.close());

const HEAD = "PUT /api/packages/p-1 HTTP/1.1\r\nHost: package\r\n";

test.each([
  ["its head", HEAD],
  ["its body", `${HEAD}Content-Length: 40\r\n\r\n{"size": `],
])("a request is not waited for that does not send the rest of %s", async (_, begun) => {
  const { port } = app.server.address() as AddressInfo;
  const client = connect(port, "127.0.0.1").setEncoding("utf8");
  let answer = "";
  client.on("data", (text: string) => (answer += text));
  client.write(begun);
  await once(client, "end");
  expect(answer).toMatch(/^HTTP\/1\.1 408 [^]*"status":408/);
});
