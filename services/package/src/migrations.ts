/** Brings a database's schema to where this version needs it. */

import { fileURLToPath } from "node:url";

import { runner, type RunnerOption } from "node-pg-migrate";
import pg from "pg";

const FOLDER = fileURLToPath(new URL("../migrations", import.meta.url));
const CONNECT_MS = 10_000;

export interface MigrateOptions {
  /** Folder of the .sql files; this version's by default. */
  readonly folder?: string;
  /** At most so many of those that have not run yet. */
  readonly count?: number;
  readonly logger?: NonNullable<RunnerOption["logger"]>;
}

/**
 * Run the migrations that have not run yet, each in a transaction of its own.
 *
 * Whoever comes second waits, for an advisory lock, and then finds nothing to do.
 *
 * @param url of the database; its user owns the schema.
 * @returns the names of those that ran.
 * @throws what PostgreSQL or its client says; what has run before that stays.
 */
export async function migrate(url: string, options: MigrateOptions = {}): Promise<string[]> {
  const client = connection(url);
  try {
    await client.connect();
    const ran = await runner({
      dbClient: client,
      dir: options.folder ?? FOLDER,
      direction: "up",
      migrationsTable: "package_migrations",
      advisoryLockMode: "wait",
      ...(options.count === undefined ? {} : { count: options.count }),
      ...(options.logger === undefined ? {} : { logger: options.logger }),
    });
    return ran.map(({ name }) => name);
  } finally {
    await client.end();
  }
}

function connection(url: string): pg.Client {
  const client = new pg.Client({
    connectionString: url,
    application_name: "package-migrate",
    connectionTimeoutMillis: CONNECT_MS,
  });
  // A lost connection also fails the query under way, which is how we hear of it.
  client.on("error", () => undefined);
  return client;
}
