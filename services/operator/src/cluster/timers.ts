/** Time as the operator uses it, handed in so that tests move it. */

export interface Timers {
  /** Milliseconds since 1970, by the wall clock. */
  now(): number;
  /** Calls `run` once after `delayMs`; the function returned forgets it. */
  after(delayMs: number, run: () => void): () => void;
}

/** The real clock. Its timers do not keep the process alive; servers do. */
export function systemTimers(): Timers {
  return {
    now: () => Date.now(),
    after(delayMs, run) {
      const timer = setTimeout(run, delayMs);
      timer.unref();
      return () => clearTimeout(timer);
    },
  };
}

/** Resolves after `delayMs`, or at once when `signal` aborts. */
export function pause(timers: Timers, delayMs: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve();
    const done = () => {
      forget();
      signal.removeEventListener('abort', done);
      resolve();
    };
    const forget = timers.after(delayMs, done);
    signal.addEventListener('abort', done);
  });
}
