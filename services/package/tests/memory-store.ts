/** A store in memory, for tests of everything but the store. The contract tests hold it to PostgreSQL's ways. */

import { SMOKE_PREFIX, type Package } from "../src/model.ts";
import { StoreUnavailable, type PackageStore } from "../src/store.ts";

export class MemoryStore implements PackageStore {
  available = true;
  sweeps = 0;
  readonly #kept = new Map<string, { parcel: Package; putAt: number }>();

  async put(parcel: Package): Promise<boolean> {
    await this.check();
    const created = !this.#kept.has(parcel.id);
    this.#kept.set(parcel.id, { parcel, putAt: performance.now() });
    return created;
  }

  async get(id: string): Promise<Package | undefined> {
    await this.check();
    return this.#kept.get(id)?.parcel;
  }

  async check(): Promise<void> {
    if (!this.available) {
      throw new StoreUnavailable("made unavailable by the test");
    }
  }

  async sweep(olderThanSeconds: number): Promise<number> {
    this.sweeps += 1;
    await this.check();
    const before = performance.now() - olderThanSeconds * 1000;
    const old = [...this.#kept].filter(([id, { putAt }]) => id.startsWith(SMOKE_PREFIX) && putAt < before);
    old.forEach(([id]) => this.#kept.delete(id));
    return old.length;
  }

  async close(): Promise<void> {
    this.#kept.clear();
  }
}
