/** The real store, for tests. */

import { PostgresStore } from "../src/postgres-store.ts";
import { DEADLINE_SECONDS } from "./waiting.ts";

/** One that a busy machine does not make unavailable. */
export function patientStore(
  url: string,
  onConnectionLost: (error: Error) => void = () => undefined,
): PostgresStore {
  return new PostgresStore(url, DEADLINE_SECONDS, onConnectionLost);
}
