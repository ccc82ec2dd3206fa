/** PostgreSQL going away, coming back and not answering. */

import { once } from "node:events";
import { createServer, type AddressInfo } from "node:net";

import pg from "pg";
import { afterEach, beforeEach, describe, expect, test } from "vitest";

import { PostgresStore } from "../src/postgres-store.ts";
import { StoreUnavailable } from "../src/store.ts";
import { emptyDatabase, migratedDatabase, migrateQuietly, NO_DATABASE, sql } from "./databases.ts";
import { PASSWORD, PostgresServer } from "./postgres-server.ts";
import { patientStore } from "./postgres-stores.ts";
import { until } from "./waiting.ts";

const PARCEL = { id: "p-1", size: "small", weightKg: 1 };

async function expectUnavailable(store: PostgresStore, why: RegExp = /PostgreSQL: ./): Promise<void> {
  const asked = [store.check(), store.get("p-1"), store.put(PARCEL), store.sweep(1)];
  for (const answer of await Promise.allSettled(asked)) {
    const error: unknown = answer.status === "rejected" ? answer.reason : undefined;
    expect(error).toBeInstanceOf(StoreUnavailable);
    expect(String(error)).toMatch(why);
    expect(String(error)).not.toContain(PASSWORD);
  }
}

describe("a server of its own", () => {
  let server: PostgresServer;
  let lost: Error[];
  let store: PostgresStore;

  beforeEach(async () => {
    server = await PostgresServer.create();
    await server.start();
    await migrateQuietly(server.url("postgres"));
    lost = [];
    store = patientStore(server.url("postgres"), (error) => lost.push(error));
  });
  afterEach(async () => {
    await store.close();
    await server.remove();
  });

  test("lost is unavailable, and back is used again, with what was put", async () => {
    expect(await store.put(PARCEL)).toBe(true);
    await server.stop();
    await expectUnavailable(store);
    await server.start();
    await store.check();
    expect(await store.put(PARCEL)).toBe(false);
  });

  test("an idle connection that breaks is told of, and a restart between two requests goes unnoticed", async () => {
    await store.check();
    await server.stop();
    await until(() => lost.length > 0, "the loss is told");
    await server.start();
    expect(await store.get("p-1")).toBeUndefined();
  });
});

test("nobody there is unavailable", async () => {
  const store = patientStore(NO_DATABASE);
  await expectUnavailable(store, /ECONNREFUSED/);
  await store.close();
});

test("a server that never answers is given up on in time", async () => {
  const silent = createServer(() => undefined).listen(0, "127.0.0.1");
  await once(silent, "listening");
  const { port } = silent.address() as AddressInfo;
  const store = new PostgresStore(`postgresql://u:p@127.0.0.1:${port}/db`, 0.2, () => undefined);
  await expectUnavailable(store, /time|within/);
  await store.close();
  silent.close();
});

test("a query that takes too long is given up on in time", async () => {
  const url = await migratedDatabase();
  const store = new PostgresStore(url, 1, () => undefined);
  const locking = new pg.Client({ connectionString: url });
  await locking.connect();
  await locking.query("BEGIN");
  await locking.query("LOCK TABLE packages");
  await expectUnavailable(store, /time|within/);
  await locking.end();
  await until(
    () =>
      store.check().then(
        () => true,
        () => false,
      ),
    "it answers again",
  );
  await store.close();
});

test("a put again makes young again", async () => {
  const url = await migratedDatabase();
  const store = patientStore(url);
  const smoke = { ...PARCEL, id: "smoke-1" };
  await store.put(smoke);
  await sql(url, "UPDATE packages SET put_at = now() - interval '2 hours'");
  await store.put(smoke);
  expect(await store.sweep(3600)).toBe(0);
  await sql(url, "UPDATE packages SET put_at = now() - interval '2 hours'");
  expect(await store.sweep(3600)).toBe(1);
  await store.close();
});

test("no more than five connections are opened", async () => {
  const url = await migratedDatabase();
  const store = patientStore(url);
  await Promise.all(Array.from({ length: 50 }, () => store.check()));
  const open = await sql(
    url,
    "SELECT 1 FROM pg_stat_activity WHERE application_name = 'package' AND datname = current_database()",
  );
  expect(open).toHaveLength(5);
  await store.close();
});

test("a refused login is unavailable, and its message has no password", async () => {
  const store = patientStore((await emptyDatabase()).replace(PASSWORD, `wrong-${PASSWORD}`));
  await expectUnavailable(store, /password authentication failed/);
  await store.close();
});

test("a schema that is not migrated is unavailable until it is", async () => {
  const url = await emptyDatabase();
  const store = patientStore(url);
  await expectUnavailable(store, /packages.*does not exist/);
  await migrateQuietly(url, { count: 1 });
  await expect(store.check()).rejects.toThrow(/tag.*does not exist/);
  await migrateQuietly(url);
  await store.check();
  await store.close();
});

test("what is a mistake of the service is not called unavailable", async () => {
  const store = patientStore(await migratedDatabase());
  const refused = store.put({ ...PARCEL, tag: "\u0000" });
  await expect(refused).rejects.toThrow(/invalid byte sequence/);
  await expect(refused).rejects.not.toBeInstanceOf(StoreUnavailable);
  await store.close();
});
