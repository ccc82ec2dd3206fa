/** What the platform asks of the service: probes, its version, and to send its clients away. */

import type { FastifyInstance } from "fastify";

import type { Drain } from "./drain.ts";
import { allowOnly } from "./methods.ts";
import { Problem } from "./problems.ts";
import type { PackageStore } from "./store.ts";

const DRAIN_DEFAULT_SECONDS = 30;
const DRAIN_MOST_SECONDS = 300;

export interface About {
  readonly version: string;
  readonly commit: string;
}

/** Add the routes to `app`. */
export function addOperations(app: FastifyInstance, store: PackageStore, drain: Drain, about: About): void {
  // Alive, whatever PostgreSQL does: a restart would not bring PostgreSQL back.
  app.get("/healthz", async () => ({ status: "alive" }));

  // Ready also while draining or stopping, because requests are still answered then. Kubernetes takes a
  // terminating pod out of rotation by itself, and falls back to terminating pods that are still ready when it
  // has no other: refusing here would only take that net away.
  app.get("/readyz", async () => {
    await store.check();
    return { status: "ready" };
  });

  app.get("/version", async () => ({ service: "package", version: about.version, commit: about.commit }));

  for (const path of ["/healthz", "/readyz", "/version"]) {
    allowOnly(app, path, ["GET", "HEAD"]);
  }
  addDrain(app, drain);
}

function addDrain(app: FastifyInstance, drain: Drain): void {
  app.post<{ Querystring: Record<string, unknown> }>("/drain", async (request, reply) => {
    const remaining = drain.begin(drainSeconds(request.query["seconds"] ?? String(DRAIN_DEFAULT_SECONDS)));
    const until = new Date(Date.now() + remaining * 1000).toISOString();
    return reply.code(202).send({ status: "draining", until });
  });
  allowOnly(app, "/drain", ["POST"]);
}

function drainSeconds(given: unknown): number {
  const seconds = typeof given === "string" && /^[0-9]+$/.test(given) ? Number(given) : 0;
  if (seconds < 1 || seconds > DRAIN_MOST_SECONDS) {
    throw new Problem(422, `seconds is a whole number from 1 to ${DRAIN_MOST_SECONDS}.`);
  }
  return seconds;
}
