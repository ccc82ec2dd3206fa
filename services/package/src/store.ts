/** What the service asks of the place that keeps packages. */

import type { Package } from "./model.ts";

/** The store could not answer; the same request may succeed later. */
export class StoreUnavailable extends Error {}

/** Every method throws StoreUnavailable if the store cannot be reached or does not answer in time. */
export interface PackageStore {
  /** Keep `parcel` in place of any of the same id; true if there was none. */
  put(parcel: Package): Promise<boolean>;

  get(id: string): Promise<Package | undefined>;

  /** Return if the store answers now. */
  check(): Promise<void>;

  /** Delete the smoke tests' packages that nobody has put for `olderThanSeconds`; returns how many. */
  sweep(olderThanSeconds: number): Promise<number>;

  close(): Promise<void>;
}
