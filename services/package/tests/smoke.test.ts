/** The smoke test passes a good version and fails each kind of bad one. */

import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

import { expect, test } from "vitest";

import { smokeChecks } from "../src/smoke-checks.ts";
import { migratedDatabase, NO_DATABASE } from "./databases.ts";
import { runProgram, Service, type Ended, type Environment } from "./service-process.ts";
import { DEADLINE_SECONDS } from "./waiting.ts";

// A privileged port that nothing uses; not 1, which fetch refuses by itself.
const NOBODY = "http://127.0.0.1:2";

function runSmoke(url: string, words: string[] = [], environment: Environment = {}): Promise<Ended> {
  return runProgram("smoke", [url, "--timeout", String(DEADLINE_SECONDS), ...words], environment);
}

function failed(out: string): string[] {
  return out.split("\n").filter((line) => line.startsWith("FAIL"));
}

test("a good version passes, and another than expected fails", async () => {
  await using service = await Service.start(await migratedDatabase(), { APP_VERSION: "1.4.0" });
  const good = await runSmoke(service.url, ["--expect-version", "1.4.0"]);
  const other = await runSmoke(service.url, [], { APP_VERSION: "1.5.0" });
  expect([good.code, failed(good.out), good.err]).toEqual([0, [], ""]);
  expect(good.out.match(/^ok /gm)).toHaveLength(5);
  expect(other.code).toBe(1);
  expect(failed(other.out)).toEqual(['FAIL  it is version 1.5.0: it says it is "1.4.0"']);
});

test("a version without its store fails", async () => {
  await using service = await Service.start(NO_DATABASE);
  const { code, out } = await runSmoke(service.url, ["--wait=0"]);
  expect(code).toBe(1);
  expect(out).toContain("ok    the process is alive");
  expect(failed(out)).toHaveLength(3);
});

test("nobody there fails readably", async () => {
  const { code, out, err } = await runSmoke(NOBODY, ["--wait", "0"]);
  expect([code, err]).toEqual([1, ""]);
  expect(out.trim().split("\n")).toEqual(failed(out));
  expect(failed(out)).toHaveLength(4);
  expect(out).toContain("ECONNREFUSED");
});

test("it waits for a version that is not ready at once", async () => {
  const answers = [503, 503, 200];
  const server = createServer((_request, response) => response.writeHead(answers.shift() ?? 500).end());
  await once(server.listen(0, "127.0.0.1"), "listening");
  const baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const [first] = smokeChecks({ baseUrl, timeoutSeconds: DEADLINE_SECONDS, waitSeconds: DEADLINE_SECONDS });
  await first?.holds();
  expect(first?.claim).toBe("the version is ready");
  expect(answers).toEqual([]);
  server.closeAllConnections();
  server.close();
});

const WRONG = ["", "package", "http://", "http://p more", "http://p --wait soon", "http://p --what"];

test.each(WRONG)("wrong arguments are a usage error: '%s'", async (words) => {
  const { code, out, err } = await runProgram("smoke", words.split(" ").filter(Boolean), {});
  expect([code, out]).toEqual([2, ""]);
  expect(err).toMatch(/^usage: .*\n.+/);
});
