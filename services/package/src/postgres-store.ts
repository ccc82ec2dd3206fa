/** Packages in PostgreSQL: one row each in the table `packages`, which the migrations make. */

import { setTimeout } from "node:timers/promises";

import pg from "pg";

import type { Package } from "./model.ts";
import { unavailableOr } from "./postgres-errors.ts";
import type { PackageStore } from "./store.ts";

const CONNECTIONS = 5;

// Columns are always named: a newer version's migrations may have added some.
const PUT = `
  INSERT INTO packages AS kept (id, size, weight_kg, tag) VALUES ($1, $2, $3, $4)
  ON CONFLICT (id) DO UPDATE
    SET size = excluded.size, weight_kg = excluded.weight_kg, tag = excluded.tag, put_at = excluded.put_at
  RETURNING kept.xmax = 0 AS created`; // xmax is 0 in a row that replaced none
const GET = "SELECT id, size, weight_kg, tag FROM packages WHERE id = $1";
// Reads nothing, but needs the table and the right to read it.
const CHECK = "SELECT id, size, weight_kg, tag FROM packages LIMIT 0";
// As the partial index has it, which makes this cheap.
const SWEEP = `
  DELETE FROM packages WHERE id LIKE 'smoke-%' AND put_at < now() - make_interval(secs => $1)`;

interface Row {
  id: string;
  size: string;
  weight_kg: number;
  tag: string | null;
}

export class PostgresStore implements PackageStore {
  readonly #pool: pg.Pool;
  readonly #checkMs: number;

  /**
   * Connects on first use, so the service starts, and says it is not ready, without PostgreSQL.
   *
   * PostgreSQL has `answerSeconds` for each answer, and as long for a connection. A check takes no longer than
   * that for both, and should be given up on before the readiness probe gives up on us (2 s).
   *
   * @param onConnectionLost told when a connection that nobody was using broke; the next request gets another.
   */
  constructor(url: string, answerSeconds: number, onConnectionLost: (error: Error) => void) {
    this.#checkMs = answerSeconds * 1000;
    this.#pool = new pg.Pool({
      connectionString: url,
      application_name: "package",
      max: CONNECTIONS,
      connectionTimeoutMillis: this.#checkMs, // a free one, or a new one
      statement_timeout: this.#checkMs, // PostgreSQL stops working on it
      query_timeout: this.#checkMs, // we stop waiting, if PostgreSQL is not there to stop
      keepAlive: true,
    });
    this.#pool.on("error", onConnectionLost);
  }

  async put({ id, size, weightKg, tag }: Package): Promise<boolean> {
    const { rows } = await this.#ask<{ created: boolean }>(PUT, [id, size, weightKg, tag ?? null]);
    return rows[0]?.created === true;
  }

  async get(id: string): Promise<Package | undefined> {
    const { rows } = await this.#ask<Row>(GET, [id]);
    return rows[0] && packageIn(rows[0]);
  }

  async check(): Promise<void> {
    const tooLate = new AbortController();
    const giveUp = async (): Promise<never> => {
      await setTimeout(this.#checkMs, undefined, { signal: tooLate.signal });
      throw unavailableOr(new Error(`no answer within ${this.#checkMs} ms`));
    };
    try {
      await Promise.race([this.#ask(CHECK, []), giveUp()]);
    } finally {
      tooLate.abort();
    }
  }

  async sweep(olderThanSeconds: number): Promise<number> {
    const { rowCount } = await this.#ask(SWEEP, [olderThanSeconds]);
    return rowCount ?? 0;
  }

  async close(): Promise<void> {
    await this.#pool.end();
  }

  async #ask<R extends pg.QueryResultRow>(sql: string, values: unknown[]): Promise<pg.QueryResult<R>> {
    try {
      return await this.#pool.query<R>(sql, values);
    } catch (error) {
      throw unavailableOr(error);
    }
  }
}

function packageIn({ id, size, weight_kg: weightKg, tag }: Row): Package {
  return { id, size, weightKg, ...(tag === null ? {} : { tag }) };
}
