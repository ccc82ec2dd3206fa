/** Errors as problem details (RFC 9457). */

import { STATUS_CODES } from "node:http";
import type { Socket } from "node:net";

import type { FastifyError, FastifyReply, FastifyRequest } from "fastify";

import { StoreUnavailable } from "./store.ts";

const RETRY_AFTER_SECONDS = 2;
const MEDIA_TYPE = "application/problem+json";

/** A request that gets another answer than it hoped for. */
export class Problem extends Error {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;

  constructor(status: number, detail: string, headers: Readonly<Record<string, string>> = {}) {
    super(detail);
    this.status = status;
    this.headers = headers;
  }
}

/** Fastify's error handler. */
export function answerProblem(
  error: FastifyError | Problem | StoreUnavailable,
  request: FastifyRequest,
  reply: FastifyReply,
): FastifyReply {
  const problem = problemOf(error, request.routeOptions.bodyLimit);
  if (error instanceof StoreUnavailable) {
    request.log.warn(`the store did not answer: ${error.message}`);
  } else if (problem.status === 500) {
    request.log.error({ err: error }, "an error in the service");
  }
  // Bytes, because Fastify adds to a text's media type a charset, which JSON does not have.
  const body = Buffer.from(bodyOf(problem));
  return reply.code(problem.status).headers(problem.headers).header("Content-Type", MEDIA_TYPE).send(body);
}

/** Node's answer to what is not HTTP, before there is a request. */
export function answerNoHttp(error: NodeJS.ErrnoException, socket: Socket): void {
  if (error.code === "ECONNRESET" || !socket.writable) {
    socket.destroy();
    return;
  }
  const status = { HPE_HEADER_OVERFLOW: 431, ERR_HTTP_REQUEST_TIMEOUT: 408 }[error.code ?? ""] ?? 400;
  const body = bodyOf(new Problem(status, "This is not a request the service can read."));
  const head = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}`,
    `Content-Type: ${MEDIA_TYPE}`,
    `Content-Length: ${Buffer.byteLength(body)}`,
    "Connection: close",
  ];
  socket.end(`${head.join("\r\n")}\r\n\r\n${body}`);
}

function bodyOf({ status, message }: Problem): string {
  return JSON.stringify({ type: "about:blank", title: STATUS_CODES[status], status, detail: message });
}

function problemOf(error: FastifyError | Problem | StoreUnavailable, bodyLimit: number | undefined): Problem {
  if (error instanceof Problem) {
    return error;
  }
  if (error instanceof StoreUnavailable) {
    const retry = { "Retry-After": String(RETRY_AFTER_SECONDS) };
    return new Problem(503, "The store of packages does not answer. Try again.", retry);
  }
  if ("code" in error && error.code === "FST_ERR_CTP_BODY_TOO_LARGE") {
    return new Problem(413, `A body may have at most ${bodyLimit} bytes.`);
  }
  if ("statusCode" in error && error.statusCode && error.statusCode < 500) {
    return new Problem(error.statusCode, error.message);
  }
  return new Problem(500, "An error in the service; its log has it.");
}
