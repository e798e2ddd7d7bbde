/** Token buckets for frames and bytes of one socket. Pure but for the clock handed in. */

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

  /** Counts one frame. Milliseconds until the socket is within its limits again; 0 while it is. */
  take(bytes: number, now: number): number {
    this.#refill(now);
    this.#frames -= 1;
    this.#bytes -= bytes;
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
