/** Serving, and stopping without failing a request. */

import { EventEmitter, once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";

import type { FastifyInstance } from "fastify";

import { createApp } from "./app.ts";
import type { Settings } from "./config.ts";
import { Drain } from "./drain.ts";
import { createLog } from "./logs.ts";
import { PostgresStore } from "./postgres-store.ts";
import { startSweeping } from "./sweep.ts";

const FINISH_SECONDS = 10;

/** Serve until told to stop. @throws if the port cannot be listened on. */
export async function serve(settings: Settings): Promise<void> {
  const log = createLog(settings.logLevel, settings.version);
  const drain = new Drain();
  const store = new PostgresStore(settings.databaseUrl, settings.databaseSeconds, (error) =>
    log.warn(`an idle connection to PostgreSQL broke: ${error.message}`),
  );
  const app = createApp(store, drain, settings, log);
  const timeToLeave = lameDuck(drain, settings.lameDuckSeconds);
  await app.listen({ host: "0.0.0.0", port: settings.port });
  const stopSweeping = startSweeping(store, log);
  await timeToLeave;
  stopSweeping();
  await finish(app);
  await store.close();
  log.info("stopped");
}

/**
 * Go on serving for `seconds` after the first SIGTERM or SIGINT, while clients learn to go elsewhere.
 *
 * New connections are still accepted, as routers keep choosing this pod for a moment, and each response closes
 * its connection. A second signal cuts the wait short.
 *
 * @returns resolves when it is time to leave.
 */
async function lameDuck(drain: Drain, seconds: number): Promise<void> {
  const told = new EventEmitter();
  for (const signal of ["SIGTERM", "SIGINT"]) {
    process.on(signal, () => told.emit("stop"));
  }
  await once(told, "stop");
  drain.begin(seconds + FINISH_SECONDS);
  const toldAgain = new AbortController();
  told.once("stop", () => toldAgain.abort());
  await sleep(seconds * 1000, undefined, { signal: toldAgain.signal }).catch(() => undefined);
}

/** Accept no more connections, and end when the requests under way are answered or their time is up. */
async function finish(app: FastifyInstance): Promise<void> {
  const timeUp = setTimeout(() => app.server.closeAllConnections(), FINISH_SECONDS * 1000);
  await app.close();
  clearTimeout(timeUp);
}
