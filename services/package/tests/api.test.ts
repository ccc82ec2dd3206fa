import type { FastifyInstance, InjectOptions, LightMyRequestResponse } from "fastify";
import { pino } from "pino";
import { beforeEach, expect, test, vi } from "vitest";

import { createApp, MAX_BODY_BYTES } from "../src/app.ts";
import { Drain } from "../src/drain.ts";
import { MemoryStore } from "./memory-store.ts";

const PATH = "/api/packages/p-1";
const DETAILS = { size: "medium", weightKg: 2.5, tag: "fragile" };

let store: MemoryStore;
let app: FastifyInstance;

beforeEach(() => {
  store = new MemoryStore();
  app = createApp(store, new Drain(), { version: "1.2.3", commit: "abc" }, pino({ level: "silent" }));
});

function put(payload: InjectOptions["payload"], path = PATH): Promise<LightMyRequestResponse> {
  return app.inject({ method: "PUT", url: path, ...(payload === undefined ? {} : { payload }) });
}

function get(path = PATH): Promise<LightMyRequestResponse> {
  return app.inject({ method: "GET", url: path });
}

function expectProblem(response: LightMyRequestResponse, status: number, ...words: string[]): void {
  expect(response.headers["content-type"]).toBe("application/problem+json");
  const problem = response.json();
  expect([response.statusCode, problem.status]).toEqual([status, status]);
  words.forEach((word) => expect(problem.detail).toContain(word));
}

test("PUT creates, then replaces", async () => {
  expect((await put(DETAILS)).statusCode).toBe(201);
  expect((await put(DETAILS)).statusCode).toBe(200);
  const changed = await put({ ...DETAILS, size: "large" });
  expect([changed.statusCode, changed.json().size]).toEqual([200, "large"]);
});

test("GET returns what was put, and its id", async () => {
  const answer = await put(DETAILS);
  const got = await get();
  expect(got.statusCode).toBe(200);
  expect(got.json()).toEqual({ id: "p-1", ...DETAILS });
  expect(answer.json()).toEqual(got.json());
});

test.each([{}, { tag: null }])("a package needs no tag: %j", async (tag) => {
  const response = await put({ size: "small", weightKg: 30, ...tag });
  expect(response.statusCode).toBe(201);
  expect(response.json()).toEqual({ id: "p-1", size: "small", weightKg: 30 });
});

test("a tag is counted in characters", async () => {
  expect((await put({ ...DETAILS, tag: "\u{1f4e6}".repeat(64) })).statusCode).toBe(201);
});

test("an unknown package is not found", async () => {
  expectProblem(await get(), 404, "p-1");
});

test("a size that only a newer version knows can be read", async () => {
  await store.put({ id: "p-1", size: "enormous", weightKg: 29 });
  expect((await get()).json()).toEqual({ id: "p-1", size: "enormous", weightKg: 29 });
});

test("fields of a newer caller are ignored", async () => {
  const response = await put({ ...DETAILS, insurance: "full" });
  expect(response.statusCode).toBe(201);
  expect(response.json()).not.toHaveProperty("insurance");
});

test.each([
  [{ size: "enormous" }, "$.size must be equal to one of the allowed values: small, medium, large."],
  [{ size: null }, "$.size"],
  [{ size: undefined }, "size"],
  [{ weightKg: 0 }, "$.weightKg"],
  [{ weightKg: 30.1 }, "$.weightKg"],
  [{ weightKg: "2.5" }, "$.weightKg"],
  [{ tag: "t".repeat(65) }, "$.tag"],
  [{ tag: 7 }, "$.tag"],
  [{ tag: "nul \u0000" }, "$.tag"],
  [{ tag: "half \ud83d" }, "$.tag"],
])("a wrong field is named: %j", async (change, where) => {
  expectProblem(await put({ ...DETAILS, ...change }), 422, where);
  expect((await get()).statusCode).toBe(404);
});

test("all wrong fields are named at once", async () => {
  expectProblem(await put({ size: "xl", weightKg: -1 }), 422, "$.size", "$.weightKg");
});

test.each(["[]", "null", '"p"', "1"])("JSON that is no object is refused: %s", async (body) => {
  expectProblem(await put(body), 422, "object");
});

test.each([undefined, "", "{", "no", Buffer.from('{"size": "\xff"}', "latin1")])(
  "what is not JSON is a bad request: %s",
  async (body) => expectProblem(await put(body), 400, "not JSON"),
);

test.each(["application/json", "text/plain", "application/x-www-form-urlencoded"])(
  "the body is read as JSON, whatever it is said to be: %s",
  async (type) => {
    const payload = JSON.stringify(DETAILS);
    const headers = { "content-type": type };
    expect((await app.inject({ method: "PUT", url: PATH, payload, headers })).statusCode).toBe(201);
  },
);

test("a body may be just as large as the limit", async () => {
  const padding = " ".repeat(MAX_BODY_BYTES);
  expectProblem(await put(padding), 400);
  const refused = await put(`${padding} `);
  expectProblem(refused, 413, String(MAX_BODY_BYTES));
  expect(refused.headers.connection).toBe("close");
});

test.each(["", "-a", "a b", "a".repeat(65), "a".repeat(1000), "%C3%A9", "a%0A", "a%2Fb"])(
  "a bad id is refused: %s",
  async (id) => {
    const path = `/api/packages/${id.replace(" ", "%20")}`;
    expectProblem(await put(DETAILS, path), 422, "id");
    expectProblem(await get(path), 422, "id");
  },
);

test.each(["0", "smoke-1", "A._-z", "a".repeat(64)])("a good id is taken: %s", async (id) => {
  expect((await put(DETAILS, `/api/packages/${id}`)).json().id).toBe(id);
});

test("an address that cannot be decoded is a bad request", async () => {
  const response = await get("/api/packages/%zz");
  expectProblem(response, 400, "%zz");
  expect(response.headers["x-request-id"]).toBeTruthy();
});

test("methods and paths that are not there", async () => {
  const wrongMethod = await app.inject({ method: "DELETE", url: PATH, payload: "{" });
  expectProblem(wrongMethod, 405);
  expect(wrongMethod.headers["allow"]).toBe("GET, HEAD, PUT");
  expectProblem(await get("/nowhere"), 404);
  expectProblem(await get("/api/packages/a/b"), 404);
});

test("without the store the answer is 503 and when to retry", async () => {
  store.available = false;
  for (const response of [await get(), await put(DETAILS)]) {
    expectProblem(response, 503);
    expect(Number(response.headers["retry-after"])).toBeGreaterThan(0);
  }
});

test("an error in the service is a problem without details", async () => {
  vi.spyOn(store, "get").mockRejectedValue(new Error("secret of the implementation"));
  const response = await get();
  expectProblem(response, 500);
  expect(response.body).not.toContain("secret");
  expect(response.headers["x-request-id"]).toBeTruthy();
});
