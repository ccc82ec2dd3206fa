/** Vitest's global setup: one PostgreSQL for all tests that do not stop it. */

import type { TestProject } from "vitest/node";

import { PostgresServer } from "./postgres-server.ts";

declare module "vitest" {
  interface ProvidedContext {
    /** Of the database `postgres`, where others can be made. */
    databaseUrl: string;
  }
}

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const server = await PostgresServer.create();
  await server.start();
  project.provide("databaseUrl", server.url("postgres"));
  return () => server.remove();
}
