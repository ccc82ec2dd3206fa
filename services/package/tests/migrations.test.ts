import { cp, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import { afterEach, beforeEach, describe, expect, test } from "vitest";

import { emptyDatabase, migratedDatabase, migrateQuietly, NO_DATABASE, sql } from "./databases.ts";
import { patientStore } from "./postgres-stores.ts";
import { parseLines, runProgram } from "./service-process.ts";

const ALL = ["0001_packages", "0002_tag"];
const MIGRATIONS = fileURLToPath(new URL("../migrations", import.meta.url));

describe("as the Job runs them", () => {
  test("from an empty database, and again", async () => {
    const environment = { DATABASE_URL: await emptyDatabase(), APP_VERSION: "1.0.0" };
    const first = await runProgram("migrate", [], environment);
    const second = await runProgram("migrate", [], environment);
    const last = [first, second].map(({ out }) => parseLines(out).at(-1));
    expect([first.code, second.code, first.err, second.err]).toEqual([0, 0, "", ""]);
    expect(last).toMatchObject([
      { message: "migrated", migrations: ALL, version: "1.0.0" },
      { message: "the schema is up to date", migrations: [] },
    ]);
  });

  test("three at once: one does all, the others wait for it", async () => {
    const environment = { DATABASE_URL: await emptyDatabase() };
    const ended = await Promise.all([1, 2, 3].map(() => runProgram("migrate", [], environment)));
    expect(ended.map(({ code }) => code)).toEqual([0, 0, 0]);
    const ran = ended.map(({ out }) => parseLines(out).at(-1)?.["migrations"]);
    expect(ran.filter((names) => Array.isArray(names) && names.length > 0)).toEqual([ALL]);
  });

  test("without a database it fails with one line that tells no secret", async () => {
    const { code, out, err } = await runProgram("migrate", [], { DATABASE_URL: NO_DATABASE });
    expect([code, out]).toEqual([1, ""]);
    expect(err).toMatch(/^package cannot migrate: [^\n]*ECONNREFUSED[^\n]*\n$/);
    expect(err).not.toContain("not-to-be-logged");
  });
});

describe("expand and contract", () => {
  // The statement of the first version, which knew no tag, as it was then.
  const FIRST_VERSION_PUT = `
    INSERT INTO packages (id, size, weight_kg) VALUES ($1, $2, $3)
    ON CONFLICT (id) DO UPDATE SET size = excluded.size, weight_kg = excluded.weight_kg`;
  const FIRST_VERSION_GET = "SELECT id, size, weight_kg FROM packages WHERE id = $1";

  test("the first version's code works on the expanded schema, beside this version's", async () => {
    const url = await emptyDatabase();
    await migrateQuietly(url, { count: 1 });
    await sql(url, FIRST_VERSION_PUT, ["before", "small", 1]);
    await migrateQuietly(url);
    await sql(url, FIRST_VERSION_PUT, ["after", "large", 2]);
    const store = patientStore(url);
    expect(await store.get("before")).toEqual({ id: "before", size: "small", weightKg: 1 });
    expect(await store.get("after")).toEqual({ id: "after", size: "large", weightKg: 2 });
    await store.put({ id: "new", size: "medium", weightKg: 3, tag: "t" });
    await store.close();
    const read = await sql(url, FIRST_VERSION_GET, ["new"]);
    expect(read).toEqual([{ id: "new", size: "medium", weight_kg: 3 }]);
  });

  describe("a newer version's migrations", () => {
    let folder: string;

    beforeEach(async () => {
      folder = await mkdtemp(join(tmpdir(), "migrations-"));
      await cp(MIGRATIONS, folder, { recursive: true });
    });
    afterEach(() => rm(folder, { recursive: true }));

    test("leave this version working, while it runs", async () => {
      const url = await migratedDatabase();
      const store = patientStore(url);
      const parcel = { id: "p", size: "small", weightKg: 1, tag: "t" };
      await store.put(parcel);
      await writeFile(
        join(folder, "0003_expand.sql"),
        "ALTER TABLE packages ADD COLUMN insured boolean NOT NULL DEFAULT false",
      );
      expect(await migrateQuietly(url, { folder })).toEqual(["0003_expand"]);
      expect(await store.get("p")).toEqual(parcel);
      expect(await store.put(parcel)).toBe(false);
      await store.close();
    });

    test("are no error to this version's Job, when it is deployed again", async () => {
      const url = await migratedDatabase();
      await writeFile(join(folder, "0003_expand.sql"), "ALTER TABLE packages ADD COLUMN insured boolean");
      await migrateQuietly(url, { folder });
      expect(await migrateQuietly(url)).toEqual([]);
    });

    test("that fail leave nothing half done, and can be run again", async () => {
      const url = await migratedDatabase();
      const file = join(folder, "0003_expand.sql");
      const half = "ALTER TABLE packages ADD COLUMN insured boolean;";
      await writeFile(file, `${half} ALTER TABLE missing ADD COLUMN insured boolean;`);
      await expect(migrateQuietly(url, { folder })).rejects.toThrow(/"missing" does not exist/);
      await writeFile(file, half);
      expect(await migrateQuietly(url, { folder })).toEqual(["0003_expand"]);
    });
  });
});
