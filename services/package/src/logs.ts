/** Structured logs: one JSON object a line on stdout. */

import { randomUUID } from "node:crypto";
import type { IncomingMessage } from "node:http";

import type { FastifyReply, FastifyRequest } from "fastify";
import { pino, type DestinationStream, type Logger } from "pino";

import type { LogLevel } from "./config.ts";

const PROBES: ReadonlySet<string> = new Set(["/healthz", "/readyz"]);
const SAFE_REQUEST_ID = /^[A-Za-z0-9._-]{1,64}$/;

// The names of the application's other services, so that one search finds the lines of all.
const LEVEL_NAMES: Readonly<Record<string, string>> = {
  trace: "DEBUG",
  debug: "DEBUG",
  info: "INFO",
  warn: "WARNING",
  error: "ERROR",
  fatal: "CRITICAL",
};

/** `version` is put on every line. */
export function createLog(level: LogLevel, version: string, destination?: DestinationStream): Logger {
  const options = {
    level: level === "warning" ? "warn" : level,
    base: { service: "package", version },
    messageKey: "message",
    timestamp: () => `,"timestamp":"${new Date().toISOString()}"`,
    formatters: { level: (label: string) => ({ level: LEVEL_NAMES[label] ?? label }) },
  };
  return destination ? pino(options, destination) : pino(options);
}

/** The caller's own id if it is fit for a log, so that one request can be followed through services. */
export function requestId(request: IncomingMessage): string {
  const offered = request.headers["x-request-id"];
  return typeof offered === "string" && SAFE_REQUEST_ID.test(offered)
    ? offered
    : randomUUID().replaceAll("-", "");
}

// nginx's number for a client that left before it was answered; HTTP has none, because nobody reads it.
const CLIENT_LEFT = 499;

/** Write one line about a request once its connection is done with it, answered or not; probes only at debug. */
export function logWhenDone(request: FastifyRequest, reply: FastifyReply): void {
  const started = performance.now();
  reply.raw.once("close", () => {
    const path = request.url.split("?", 1)[0] ?? "";
    const line = {
      method: request.method,
      path,
      status: reply.raw.headersSent ? reply.raw.statusCode : CLIENT_LEFT,
      ms: Math.round((performance.now() - started) * 10) / 10,
    };
    request.log[PROBES.has(path) ? "debug" : "info"](line, "request");
  });
}
