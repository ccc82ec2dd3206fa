/**
 * Sending kept-alive clients away without failing a request.
 *
 * A Service only chooses a pod when a connection is opened. Clients that keep connections alive stay on the
 * old version however long the Service has pointed elsewhere, until a response says `Connection: close`.
 */

/** A period that ends by itself: nothing has to be undone, whoever started it may have died. */
export class Drain {
  readonly #clock: () => number;
  #until: number;

  /** @param clock milliseconds that never go back. */
  constructor(clock: () => number = () => performance.now()) {
    this.#clock = clock;
    this.#until = clock();
  }

  /** Drain for `seconds` from now, or as long as already begun; returns the seconds that remain. */
  begin(seconds: number): number {
    const now = this.#clock();
    this.#until = Math.max(this.#until, now + seconds * 1000);
    return (this.#until - now) / 1000;
  }

  get active(): boolean {
    return this.#clock() < this.#until;
  }
}
