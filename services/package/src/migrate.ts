/** `node dist/migrate.js`: migrate the database of DATABASE_URL. Exits 0, 1 if it failed, 78 on bad configuration. */

import { ConfigurationError, readDatabaseUrl } from "./config.ts";
import { createLog } from "./logs.ts";
import { migrate } from "./migrations.ts";
import { reason } from "./reason.ts";

const EX_CONFIG = 78;
const EX_SIGTERM = 128 + 15;

// The first process of a container is not ended by a signal that it does not handle. PostgreSQL rolls back.
process.once("SIGTERM", () => process.exit(EX_SIGTERM));

try {
  const log = createLog("info", process.env["APP_VERSION"] || "unknown");
  const names = await migrate(readDatabaseUrl(process.env), { logger: log });
  log.info({ migrations: names }, names.length > 0 ? "migrated" : "the schema is up to date");
} catch (error) {
  process.stderr.write(`package cannot migrate: ${reason(error)}\n`);
  process.exit(error instanceof ConfigurationError ? EX_CONFIG : 1);
}
