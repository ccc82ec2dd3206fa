/** Databases for tests. */

import { randomUUID } from "node:crypto";

import pg from "pg";
import { inject } from "vitest";

import { migrate } from "../src/migrations.ts";

/** Nobody listens there: the port is a privileged one that nothing uses any more. */
export const NO_DATABASE = "postgresql://packages:not-to-be-logged@127.0.0.1:1/packages";

const QUIET = { info: () => undefined, warn: () => undefined, error: () => undefined };

/** The URL of an empty database of the server that all tests share. */
export async function emptyDatabase(): Promise<string> {
  const shared = inject("databaseUrl");
  const name = `test_${randomUUID().replaceAll("-", "")}`;
  await sql(shared, `CREATE DATABASE ${name}`);
  return shared.replace(/[^/]+$/, name);
}

export async function migratedDatabase(): Promise<string> {
  const url = await emptyDatabase();
  await migrateQuietly(url);
  return url;
}

export async function migrateQuietly(
  url: string,
  options: { folder?: string; count?: number } = {},
): Promise<string[]> {
  return await migrate(url, { logger: QUIET, ...options });
}

/** The rows of one statement over a connection of its own. */
export async function sql(url: string, text: string, values: unknown[] = []): Promise<unknown[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query(text, values)).rows;
  } finally {
    await client.end();
  }
}
