/** The HTTP application, put together. */

import fastify, {
  LogController,
  type FastifyBaseLogger,
  type FastifyError,
  type FastifyHttpOptions,
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
  type RawServerDefault,
} from "fastify";

import { addPackageApi } from "./api.ts";
import type { Drain } from "./drain.ts";
import { logWhenDone, requestId } from "./logs.ts";
import { addOperations, type About } from "./operations.ts";
import { answerNoHttp, answerProblem, Problem } from "./problems.ts";
import type { PackageStore } from "./store.ts";

export const MAX_BODY_BYTES = 16 * 1024;

// An idle connection ends before a drain of the default length does, so that a drain moves every client; and
// later than clients commonly drop theirs (5 s), so that they do not meet on a closing connection.
const KEEP_ALIVE_MS = 20_000;
// Below the pod's grace period: what sends its request this slowly must not hold up a stop.
const REQUEST_MS = 10_000;

export function createApp(
  store: PackageStore,
  drain: Drain,
  about: About,
  log: FastifyBaseLogger,
  requestMs: number = REQUEST_MS,
): FastifyInstance {
  const app = fastify(options(log, requestMs));
  takeAnyBody(app);
  addHooks(app, drain);
  app.setErrorHandler(answerProblem);
  app.setNotFoundHandler(async () => {
    throw new Problem(404, "There is nothing at this address.");
  });
  addOperations(app, store, drain, about);
  addPackageApi(app, store);
  return app;
}

function options(
  log: FastifyBaseLogger,
  requestMs: number,
): FastifyHttpOptions<RawServerDefault, FastifyBaseLogger> {
  return {
    loggerInstance: log,
    // One line a request, written by ours.
    logController: new LogController({ disableRequestLogging: true, requestIdLogLabel: "request_id" }),
    genReqId: requestId,
    bodyLimit: MAX_BODY_BYTES,
    keepAliveTimeout: KEEP_ALIVE_MS,
    requestTimeout: requestMs,
    // Node takes the shorter of both for a request's head and the longer for the whole, and looks twice a minute.
    http: { headersTimeout: requestMs, connectionsCheckingInterval: requestMs / 10 },
    // Until the last connection is gone, a request that comes is answered like any other.
    return503OnClosing: false,
    // A long id is refused as an id, not as a path.
    routerOptions: { maxParamLength: MAX_BODY_BYTES },
    ajv: { customOptions: { allErrors: true, coerceTypes: false, removeAdditional: "all" } },
    frameworkErrors: answerUnroutable,
    clientErrorHandler: answerNoHttp,
  };
}

/** What no route can be looked up for, such as an address that cannot be decoded: Fastify calls no hook for it. */
function answerUnroutable(error: FastifyError, request: FastifyRequest, reply: FastifyReply): void {
  openRequest(request, reply);
  answerProblem(error, request, reply.header("Connection", "close"));
}

/** Leave the body as it is, whatever media type it is said to be: who needs it reads it. */
function takeAnyBody(app: FastifyInstance): void {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser("*", { parseAs: "buffer" }, (_request, body, done) => done(null, body));
}

/** Around every request, refused ones too. */
function addHooks(app: FastifyInstance, drain: Drain): void {
  app.addHook("onRequest", async (request, reply) => openRequest(request, reply));
  app.addHook("onSend", async (_request, reply) => {
    if (drain.active) {
      reply.header("Connection", "close");
    }
  });
}

function openRequest(request: FastifyRequest, reply: FastifyReply): void {
  reply.header("X-Request-ID", request.id);
  logWhenDone(request, reply);
}
