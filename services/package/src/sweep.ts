/** The smoke tests' packages pass away. */

import type { FastifyBaseLogger } from "fastify";

import type { PackageStore } from "./store.ts";

const LIFETIME_SECONDS = 60 * 60;
const PAUSE_MS = 5 * 60 * 1000;

/**
 * Sweep now and every five minutes, so that a smoke test's package is kept for 60 to 65 minutes.
 *
 * Every pod sweeps, at its own times: deleting what another has deleted deletes nothing.
 *
 * @returns ends it.
 */
export function startSweeping(
  store: PackageStore,
  log: FastifyBaseLogger,
  pauseMs: number = PAUSE_MS,
): () => void {
  const sweep = async (): Promise<void> => {
    try {
      const count = await store.sweep(LIFETIME_SECONDS);
      log.debug({ count }, "swept the smoke tests' packages");
    } catch (error) {
      log.warn({ reason: String(error) }, "could not sweep the smoke tests' packages; the next sweep will");
    }
  };
  void sweep();
  const timer = setInterval(sweep, pauseMs);
  return () => clearInterval(timer);
}
