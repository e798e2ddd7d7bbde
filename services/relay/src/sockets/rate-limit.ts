/** Token buckets for frames and bytes. Pure but for the clock handed in. */

export interface RateLimits {
  readonly framesPerSecond: number;
  readonly bytesPerSecond: number;
}

/** A burst of this many seconds' worth passes at once. */
const BURST_SECONDS = 2;

export class RateLimiter {
  readonly #limits: RateLimits;
  #frames: number;
  #bytes: number;
  #at: number;

  constructor(limits: RateLimits, now: number) {
    this.#limits = limits;
    this.#frames = limits.framesPerSecond * BURST_SECONDS;
    this.#bytes = limits.bytesPerSecond * BURST_SECONDS;
    this.#at = now;
  }

  /** Counts frames that came together. Milliseconds until the limits are kept again; 0 while they are. */
  take(bytes: number, now: number, frames = 1): number {
    this.#refill(now);
    this.#frames -= frames;
    this.#bytes -= bytes;
    return this.#owedMs(now);
  }

  /**
   * Counts one frame unless an earlier one is still owed for, so that a frame of any size passes in its time.
   * Milliseconds until one may; 0: it was counted.
   */
  takeIfWithin(bytes: number, now: number): number {
    const waitMs = this.#owedMs(now);
    if (waitMs > 0) return waitMs;
    this.#frames -= 1;
    this.#bytes -= bytes;
    return 0;
  }

  /** Whether a new limiter would be no different. */
  isFull(now: number): boolean {
    this.#refill(now);
    const { framesPerSecond, bytesPerSecond } = this.#limits;
    return this.#frames >= framesPerSecond * BURST_SECONDS && this.#bytes >= bytesPerSecond * BURST_SECONDS;
  }

  #owedMs(now: number): number {
    this.#refill(now);
    const { framesPerSecond, bytesPerSecond } = this.#limits;
    const owed = Math.max(-this.#frames / framesPerSecond, -this.#bytes / bytesPerSecond);
    return owed <= 0 ? 0 : Math.ceil(owed * 1000);
  }

  #refill(now: number): void {
    const seconds = Math.max(0, now - this.#at) / 1000;
    const { framesPerSecond, bytesPerSecond } = this.#limits;
    this.#at = now;
    this.#frames = Math.min(framesPerSecond * BURST_SECONDS, this.#frames + seconds * framesPerSecond);
    this.#bytes = Math.min(bytesPerSecond * BURST_SECONDS, this.#bytes + seconds * bytesPerSecond);
  }
}
