/** Time as the relay uses it, handed in so that tests move it. Each function returns the way to cancel. */

export interface Timers {
  every(ms: number, run: () => void): () => void;
  after(ms: number, run: () => void): () => void;
}

/** The real timers. They do not keep the process alive; sockets and servers do. */
export function systemTimers(): Timers {
  return {
    every(ms, run) {
      const timer = setInterval(run, ms);
      timer.unref();
      return () => clearInterval(timer);
    },
    after(ms, run) {
      const timer = setTimeout(run, ms);
      timer.unref();
      return () => clearTimeout(timer);
    },
  };
}
