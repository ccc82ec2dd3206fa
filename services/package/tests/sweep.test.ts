import { Writable } from "node:stream";

import { afterEach, beforeEach, expect, test, vi } from "vitest";

import { createLog } from "../src/logs.ts";
import { startSweeping } from "../src/sweep.ts";
import { MemoryStore } from "./memory-store.ts";

const FIVE_MINUTES_MS = 5 * 60 * 1000;

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

test("sweeping begins at once and goes on every five minutes, until it is ended", async () => {
  const store = new MemoryStore();
  const stop = startSweeping(store, createLog("error", "1.0.0"));
  expect(store.sweeps).toBe(1);
  await vi.advanceTimersByTimeAsync(3 * FIVE_MINUTES_MS);
  expect(store.sweeps).toBe(4);
  stop();
  await vi.advanceTimersByTimeAsync(3 * FIVE_MINUTES_MS);
  expect(store.sweeps).toBe(4);
});

test("a sweep that fails is told of, and the next one comes", async () => {
  const store = new MemoryStore();
  store.available = false;
  let out = "";
  const destination = new Writable({ write: (chunk, _encoding, done) => done(void (out += chunk)) });
  const stop = startSweeping(store, createLog("warning", "1.0.0", destination));
  await vi.advanceTimersByTimeAsync(FIVE_MINUTES_MS);
  stop();
  expect(store.sweeps).toBe(2);
  expect(out.split("\n").filter((line) => line.includes("could not sweep"))).toHaveLength(2);
});

test("what the smoke tests put is kept for an hour", async () => {
  const store = new MemoryStore();
  await store.put({ id: "smoke-1", size: "small", weightKg: 1 });
  const stop = startSweeping(store, createLog("error", "1.0.0"));
  await vi.advanceTimersByTimeAsync(12 * FIVE_MINUTES_MS);
  expect(await store.get("smoke-1")).toBeDefined();
  await vi.advanceTimersByTimeAsync(FIVE_MINUTES_MS);
  expect(await store.get("smoke-1")).toBeUndefined();
  stop();
});
