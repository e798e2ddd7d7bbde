/** The clock and the dice of the client, handed in so that tests can move time by hand. */

export interface Timers {
  /** Milliseconds since 1970. */
  now(): number;
  /** Calls `run` once after `delayMs`; the function returned forgets it. */
  after(delayMs: number, run: () => void): () => void;
}

/** The real clock of a browser or of Node. */
export function systemTimers(): Timers {
  return {
    now: () => Date.now(),
    after(delayMs, run) {
      const timer = setTimeout(run, delayMs);
      return () => clearTimeout(timer);
    },
  };
}
