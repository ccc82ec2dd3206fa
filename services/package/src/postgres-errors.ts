/** Which errors of PostgreSQL and its client mean "try again later". */

import pg from "pg";

import { reason } from "./reason.ts";
import { StoreUnavailable } from "./store.ts";

// Classes of SQLSTATE (https://www.postgresql.org/docs/current/errcodes-appendix.html) that a mistake in this
// service makes: wrong data, a constraint not kept, wrong SQL. The same request would fail again.
const OUR_MISTAKES = ["22", "23", "42"];
// No such table, no such column: the migrations of this version have not run yet.
const NOT_MIGRATED = ["42P01", "42703"];

/** StoreUnavailable for what may pass; the error itself for what is a mistake of this service. */
export function unavailableOr(error: unknown): unknown {
  if (error instanceof pg.DatabaseError && isOurMistake(error.code ?? "")) {
    return error;
  }
  return new StoreUnavailable(`PostgreSQL: ${reason(error)}`, { cause: error });
}

function isOurMistake(sqlState: string): boolean {
  return OUR_MISTAKES.includes(sqlState.slice(0, 2)) && !NOT_MIGRATED.includes(sqlState);
}
