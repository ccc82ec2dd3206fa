/** Waiting for what can be seen, never for an amount of time. */

import { setTimeout as sleep } from "node:timers/promises";

/** For what takes milliseconds: a machine with thirty times as much to do as it can is no failure. */
export const DEADLINE_SECONDS = 120;

const PAUSE_MS = 10;

/** @throws if `condition` does not come true before the deadline; what it throws itself, at once. */
export async function until(condition: () => boolean | Promise<boolean>, what: string): Promise<void> {
  const deadline = performance.now() + DEADLINE_SECONDS * 1000;
  while (!(await condition())) {
    if (performance.now() > deadline) {
      throw new Error(`not within ${DEADLINE_SECONDS} s: ${what}`);
    }
    await sleep(PAUSE_MS);
  }
}
