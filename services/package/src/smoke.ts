/** `node dist/smoke.js BASE_URL`: does a deployed version work? Exits 0 if so, 1 if not, 2 on a wrong argument. */

import { parseArgs } from "node:util";

import { reason } from "./reason.ts";
import { smokeChecks, type Check, type SmokeOptions } from "./smoke-checks.ts";

const USAGE = "usage: node dist/smoke.js [--expect-version V] [--timeout SECONDS] [--wait SECONDS] BASE_URL";
const EX_USAGE = 2;
const EX_SIGTERM = 128 + 15;

/** @throws Error that says which argument is wrong. */
function readArguments(words: string[]): SmokeOptions {
  const { values, positionals } = parseArgs({
    args: words,
    allowPositionals: true,
    options: {
      "expect-version": { type: "string", default: process.env["APP_VERSION"] ?? "" },
      timeout: { type: "string", default: "5" },
      wait: { type: "string", default: "15" },
    },
  });
  const [baseUrl = "", ...more] = positionals;
  const url = URL.parse(baseUrl);
  if (more.length > 0 || !url || !["http:", "https:"].includes(url.protocol)) {
    throw new Error("BASE_URL, and nothing else, is needed: for example http://package-v1-0-2");
  }
  return {
    baseUrl,
    expectedVersion: values["expect-version"],
    timeoutSeconds: seconds("--timeout", values.timeout),
    waitSeconds: seconds("--wait", values.wait),
  };
}

function seconds(name: string, text: string): number {
  const value = text.trim() === "" ? Number.NaN : Number(text);
  if (!(value >= 0 && Number.isFinite(value))) {
    throw new Error(`${name} takes a number of seconds, not ${JSON.stringify(text)}`);
  }
  return value;
}

/** Make every check, print a line for each, and say whether all held. */
async function report(checks: readonly Check[]): Promise<boolean> {
  let passed = true;
  for (const { claim, holds } of checks) {
    try {
      await holds();
      process.stdout.write(`ok    ${claim}\n`);
    } catch (error) {
      passed = false;
      process.stdout.write(`FAIL  ${claim}: ${why(error)}\n`);
    }
  }
  return passed;
}

/** `fetch failed` says nothing; its cause does. */
function why(error: unknown): string {
  return reason(error instanceof TypeError && error.cause ? error.cause : error);
}

// The first process of a container is not ended by a signal that it does not handle.
process.once("SIGTERM", () => process.exit(EX_SIGTERM));

let options: SmokeOptions;
try {
  options = readArguments(process.argv.slice(2));
} catch (error) {
  process.stderr.write(`${USAGE}\n${reason(error)}\n`);
  process.exit(EX_USAGE);
}
process.exitCode = (await report(smokeChecks(options))) ? 0 : 1;
