/** Liveness of the machine links: who is due a ping, who has been silent for too long. One clock for all of them. */

export interface Beating {
  ping(): void;
  /** Nothing was heard for the silence allowed. */
  onSilent(): void;
}

export interface Heartbeat {
  add(link: Beating): Pulse;
  /** Looks at every link once; to be called each second or so. */
  check(): void;
}

/** One link's place in the heartbeat. */
export interface Pulse {
  /** Something came from the machine. */
  heard(): void;
  stop(): void;
}

interface Options {
  readonly pingIntervalMs: number;
  readonly silenceMs: number;
  readonly now: () => number;
}

interface Beat {
  readonly link: Beating;
  heardAt: number;
  pingedAt: number;
}

export function createHeartbeat(options: Options): Heartbeat {
  const beats = new Set<Beat>();
  return {
    add(link) {
      const now = options.now();
      const beat: Beat = { link, heardAt: now, pingedAt: now };
      beats.add(beat);
      return {
        heard: () => void (beat.heardAt = options.now()),
        stop: () => void beats.delete(beat),
      };
    },
    check() {
      const now = options.now();
      for (const beat of beats) {
        const due = dueOf(beat, now, options);
        if (due === 'silent') beat.link.onSilent();
        if (due !== 'ping') continue;
        beat.pingedAt = now;
        beat.link.ping();
      }
    },
  };
}

/** What a link is due now. */
export function dueOf(
  { heardAt, pingedAt }: { heardAt: number; pingedAt: number },
  now: number,
  { pingIntervalMs, silenceMs }: { pingIntervalMs: number; silenceMs: number },
): 'ping' | 'silent' | null {
  if (now - heardAt >= silenceMs) return 'silent';
  return now - pingedAt >= pingIntervalMs ? 'ping' : null;
}
