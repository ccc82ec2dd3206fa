/** Configuration from the environment, parsed once and reported whole. */

import pg from "pg";

const LOG_LEVELS = ["debug", "info", "warning", "error"] as const;
const DATABASE_URL_FORM = "postgresql://[user:password@]host:port/database";

export type LogLevel = (typeof LOG_LEVELS)[number];

type Environment = Readonly<Record<string, string | undefined>>;

export interface Settings {
  /** Carries a password: not to be logged. */
  readonly databaseUrl: string;
  /** How long PostgreSQL may take for a connection, and for an answer. */
  readonly databaseSeconds: number;
  readonly version: string;
  readonly commit: string;
  readonly logLevel: LogLevel;
  /** 0 is any free port; which one, the log says. */
  readonly port: number;
  readonly lameDuckSeconds: number;
}

/** The environment does not describe a runnable service. Names every mistake, never a value. */
export class ConfigurationError extends Error {
  constructor(mistakes: readonly string[]) {
    super(mistakes.join("; "));
  }
}

/** @throws ConfigurationError if anything is missing or malformed. */
export function readSettings(environment: Environment): Settings {
  const mistakes: string[] = [];
  const wholeNumber = (name: string, preset: string, least: number, most: number): number =>
    parseWholeNumber(name, environment[name] || preset, least, most, mistakes);
  const settings: Settings = {
    databaseUrl: parseDatabaseUrl(environment["DATABASE_URL"], mistakes),
    databaseSeconds: wholeNumber("DATABASE_SECONDS", "1", 1, 60),
    version: environment["APP_VERSION"] || "unknown",
    commit: environment["APP_COMMIT"] || "unknown",
    logLevel: parseLogLevel(environment["LOG_LEVEL"] || "info", mistakes),
    port: wholeNumber("PORT", "8080", 0, 65535),
    lameDuckSeconds: wholeNumber("DRAIN_SECONDS", "5", 0, 300),
  };
  refuse(mistakes);
  return settings;
}

/** All that the migrations need. @throws ConfigurationError if it is missing or malformed. */
export function readDatabaseUrl(environment: Environment): string {
  const mistakes: string[] = [];
  const url = parseDatabaseUrl(environment["DATABASE_URL"], mistakes);
  refuse(mistakes);
  return url;
}

function refuse(mistakes: readonly string[]): void {
  if (mistakes.length > 0) {
    throw new ConfigurationError(mistakes);
  }
}

function parseDatabaseUrl(value: string | undefined, mistakes: string[]): string {
  if (!value) {
    mistakes.push(`DATABASE_URL is not set (${DATABASE_URL_FORM})`);
  } else if (!isDatabaseUrl(value)) {
    mistakes.push(`DATABASE_URL is not a PostgreSQL URL (${DATABASE_URL_FORM})`);
  }
  return value ?? "";
}

function isDatabaseUrl(value: string): boolean {
  const url = URL.parse(value);
  if (url === null || !["postgres:", "postgresql:"].includes(url.protocol) || !url.hostname) {
    return false;
  }
  try {
    // The library has the last word. Its message is dropped: it can quote a part that holds the password.
    new pg.Client({ connectionString: value });
    return true;
  } catch {
    return false;
  }
}

function parseLogLevel(value: string, mistakes: string[]): LogLevel {
  const level = LOG_LEVELS.find((known) => known === value.toLowerCase());
  if (level === undefined) {
    mistakes.push(`LOG_LEVEL must be one of ${LOG_LEVELS.join(", ")}`);
  }
  return level ?? "info";
}

function parseWholeNumber(
  name: string,
  value: string,
  least: number,
  most: number,
  mistakes: string[],
): number {
  const number = /^[0-9]+$/.test(value) ? Number(value) : Number.NaN;
  if (!(number >= least && number <= most)) {
    mistakes.push(`${name} must be a whole number from ${least} to ${most}`);
  }
  return number;
}
