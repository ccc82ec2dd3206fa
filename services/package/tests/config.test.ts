import { expect, test } from "vitest";

import { readDatabaseUrl, readSettings } from "../src/config.ts";
import { runProgram } from "./service-process.ts";

const REQUIRED = { DATABASE_URL: "postgresql://packages:hunter2@postgresql.data:5432/packages" };

test("defaults", () => {
  expect(readSettings(REQUIRED)).toEqual({
    databaseUrl: REQUIRED.DATABASE_URL,
    databaseSeconds: 1, // the readiness probe waits for 2
    version: "unknown",
    commit: "unknown",
    logLevel: "info",
    port: 8080,
    lameDuckSeconds: 5,
  });
});

test("everything can be set", () => {
  const settings = readSettings({
    ...REQUIRED,
    DATABASE_SECONDS: "60",
    APP_VERSION: "1.2.3",
    APP_COMMIT: "abc",
    LOG_LEVEL: "WARNING",
    PORT: "9000",
    DRAIN_SECONDS: "0",
  });
  expect(settings).toEqual({
    databaseUrl: REQUIRED.DATABASE_URL,
    databaseSeconds: 60,
    version: "1.2.3",
    commit: "abc",
    logLevel: "warning",
    port: 9000,
    lameDuckSeconds: 0,
  });
});

test("all mistakes are reported at once", () => {
  const wrong = { PORT: "http", LOG_LEVEL: "loud", DRAIN_SECONDS: "-1", DATABASE_SECONDS: "0" };
  expect(() => readSettings(wrong)).toThrow(/DATABASE_URL.*DATABASE_SECONDS.*LOG_LEVEL.*PORT.*DRAIN_SECONDS/);
});

test.each([
  "hunter2",
  "mysql://packages:hunter2@host/db",
  "postgresql:///hunter2",
  "postgresql://packages:hunter2%ff@host/db",
  "postgresql://packages:a/hunter2@host:5432/db",
])("a bad database URL is refused without quoting it: %s", (url) => {
  for (const read of [readSettings, readDatabaseUrl]) {
    expect(() => read({ DATABASE_URL: url })).toThrow(/^DATABASE_URL is not a PostgreSQL URL \([^2]*\)$/);
  }
});

test.each(["65536", "8080 ", "٣", "1e3", "-1", "0x50"])("a bad port is refused: %s", (port) => {
  expect(() => readSettings({ ...REQUIRED, PORT: port })).toThrow("PORT");
});

test.each(["main", "migrate"])("%s exits 78 with one line on bad configuration", async (name) => {
  const { code, out, err } = await runProgram(name, [], {});
  expect([code, out]).toEqual([78, ""]);
  expect(err).toMatch(/^[^\n]*DATABASE_URL is not set[^\n]*\n$/);
});
