import { join } from "node:path";

import { defineConfig } from "vitest/config";

import { TapFile } from "./tests/tap-file.ts";

const results = process.env["RESULTS_DIR"];

export default defineConfig({
  test: {
    include: ["tests/**/*.test.ts"],
    globalSetup: "tests/database-for-all.ts",
    reporters: ["default", ...(results ? [new TapFile(join(results, "results.tap"))] : [])],
    // Each wait inside a test has a deadline of its own; these are for what waits for nothing.
    testTimeout: 600_000,
    hookTimeout: 600_000,
    teardownTimeout: 60_000,
    // Most of a test's time is another process's.
    maxWorkers: 3,
  },
});
