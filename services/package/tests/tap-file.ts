import { mkdirSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";

import { TapReporter, type TestModule, type Vitest } from "vitest/node";

/** Vitest's TAP in a file; Vitest itself only prints it, where the progress of the default reporter is. */
export class TapFile extends TapReporter {
  readonly #path: string;
  readonly #lines: string[] = [];

  /** @param path of the file, which is there after the run, whatever came of it. */
  constructor(path: string) {
    super();
    this.#path = path;
  }

  override onInit(vitest: Vitest): void {
    const collecting = { log: (line: string) => this.#lines.push(line) };
    super.onInit({ logger: collecting } as unknown as Vitest);
    this.ctx = vitest;
  }

  override onTestRunEnd(modules: readonly TestModule[]): void {
    super.onTestRunEnd(modules);
    mkdirSync(dirname(this.#path), { recursive: true });
    writeFileSync(this.#path, `${this.#lines.join("\n")}\n`);
  }
}
