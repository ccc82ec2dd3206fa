/** 405, which Fastify leaves to the application: to it, another method of a path is another route. */

import type { FastifyInstance } from "fastify";

import { Problem } from "./problems.ts";

/** Answer every method of `path` but `methods`, which have routes, with 405 and what is allowed. */
export function allowOnly(app: FastifyInstance, path: string, methods: readonly string[]): void {
  const refuse = async (): Promise<never> => {
    throw new Problem(405, `Only ${methods.join(", ")} can be asked of this.`, { Allow: methods.join(", ") });
  };
  app.route({
    method: app.supportedMethods.filter((method) => !methods.includes(method)),
    url: path,
    onRequest: refuse, // before anybody reads the body
    handler: refuse,
  });
}
