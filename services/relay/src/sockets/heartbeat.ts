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

/** One object per link and no closures: there are as many as machines. */
class Beat implements Pulse {
  readonly link: Beating;
  readonly #beats: Set<Beat>;
  readonly #now: () => number;
  heardAt: number;
  pingedAt: number;

  constructor(link: Beating, beats: Set<Beat>, now: () => number) {
    this.link = link;
    this.#beats = beats;
    this.#now = now;
    this.heardAt = now();
    this.pingedAt = this.heardAt;
  }

  heard(): void {
    this.heardAt = this.#now();
  }

  stop(): void {
    this.#beats.delete(this);
  }
}

export function createHeartbeat(options: Options): Heartbeat {
  const beats = new Set<Beat>();
  return {
    add(link) {
      const beat = new Beat(link, beats, options.now);
      beats.add(beat);
      return beat;
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
