/** What the service expects of a store, held against the fake and against PostgreSQL. */

import { randomUUID } from "node:crypto";

import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";

import type { PackageStore } from "../src/store.ts";
import { migratedDatabase } from "./databases.ts";
import { MemoryStore } from "./memory-store.ts";
import { patientStore } from "./postgres-stores.ts";
import { until } from "./waiting.ts";

const DETAILS = { size: "medium", weightKg: 0.1 + 0.2, tag: "fragile \u{1f4e6}" };

let store: PackageStore;
let id: string;

beforeEach(() => {
  id = randomUUID();
});

describe.each([
  ["memory", async () => new MemoryStore()],
  ["PostgreSQL", async () => patientStore(await migratedDatabase())],
])("%s", (_name, open: () => Promise<PackageStore>) => {
  beforeAll(async () => {
    store = await open();
  });
  afterAll(() => store.close());

  test("what was put can be got", async () => {
    await store.put({ id, ...DETAILS });
    expect(await store.get(id)).toEqual({ id, ...DETAILS });
  });

  test("nothing is got for an id never put", async () => {
    expect(await store.get(id)).toBeUndefined();
  });

  test("only the first put creates", async () => {
    expect(await store.put({ id, ...DETAILS })).toBe(true);
    expect(await store.put({ id, ...DETAILS })).toBe(false);
  });

  test("a put replaces the whole package", async () => {
    await store.put({ id, ...DETAILS });
    await store.put({ id, size: "small", weightKg: 1 });
    expect(await store.get(id)).toEqual({ id, size: "small", weightKg: 1 });
  });

  test("one of many puts at once creates", async () => {
    const created = await Promise.all(Array.from({ length: 50 }, () => store.put({ id, ...DETAILS })));
    expect(created.filter(Boolean)).toHaveLength(1);
  });

  test("check returns while the store answers", async () => {
    await store.check();
  });

  test("a sweep deletes what the smoke tests put, when it is old, and nothing else", async () => {
    const smoke = { id: `smoke-${id}`, ...DETAILS };
    await store.put(smoke);
    await store.put({ id, ...DETAILS });
    expect(await store.sweep(3600)).toBe(0);
    expect(await store.get(smoke.id)).toEqual(smoke);
    await until(async () => (await store.sweep(0)) === 1, "it is older than no time at all");
    expect(await store.get(smoke.id)).toBeUndefined();
    expect(await store.get(id)).toEqual({ id, ...DETAILS });
  });
});
