/** `node dist/main.js`: serve until SIGTERM. Exits 0 after a graceful stop, 78 on bad configuration. */

import { ConfigurationError, readSettings } from "./config.ts";
import { reason } from "./reason.ts";
import { serve } from "./server.ts";

const EX_CONFIG = 78;

try {
  await serve(readSettings(process.env));
} catch (error) {
  process.stderr.write(`package cannot start: ${reason(error)}\n`);
  process.exit(error instanceof ConfigurationError ? EX_CONFIG : 1);
}
