/** How late the event loop of a relay process runs, by its own metrics. */

export interface LoopLag {
  /** The longest since the last `take`, in milliseconds. */
  take(): number;
  stop(): void;
}

/** The metric is a p99 since the last look; looked at each second, that is the longest of some fifty samples. */
const LOOK_MS = 1_000;
const METRIC = /^process_event_loop_delay_p99_seconds(?:\{[^}]*\})? (\S+)$/m;

/** Looks at `<relayUrl>/metrics` each second until it is stopped. */
export function watchLoopLag(relayUrl: string): LoopLag {
  const seen = { longestMs: 0 };
  const look = async () => {
    const text = await fetch(`${relayUrl}/metrics`).then((response) => response.text());
    seen.longestMs = Math.max(seen.longestMs, Number(METRIC.exec(text)?.[1]) * 1_000);
  };
  // A look that fails while the relay is busy says nothing; the next one covers its time too.
  const timer = setInterval(() => void look().catch(() => {}), LOOK_MS);
  return {
    take() {
      const { longestMs } = seen;
      seen.longestMs = 0;
      return longestMs;
    },
    stop: () => clearInterval(timer),
  };
}
