/** What became of many held connections: heartbeats between the breaks, and each break from its beginning to its end. */

/** Milliseconds. */
export interface HeldRecord {
  readonly connections: number;
  readonly up: number;
  /** Connections that ended without being cut by the measurement. */
  readonly lost: number;
  /** Attempts that came to nothing since the last cut, by what was said. */
  readonly refusals: Readonly<Record<string, number>>;
  /** The longest that any connection waited for the relay's next heartbeat. */
  readonly longestSilenceMs: number;
  /** How long each was away after the last cut, shortest first. */
  readonly awayMs: readonly number[];
}

interface Held {
  isUp: boolean;
  isCut: boolean;
  heardAt: number;
}

export class HeldLedger {
  readonly #now: () => number;
  readonly #held = new Map<number, Held>();
  #lost = 0;
  #longestSilenceMs = 0;
  #cutAt = 0;
  #awayMs: number[] = [];
  #refusals: Record<string, number> = {};

  /** `now` in milliseconds. */
  constructor(now: () => number) {
    this.#now = now;
  }

  get up(): number {
    return [...this.#held.values()].filter(({ isUp }) => isUp).length;
  }

  /** A connection is there (again). */
  cameUp(id: number): void {
    const held = this.#held.get(id);
    if (held?.isCut) this.#awayMs.push(this.#now() - this.#cutAt);
    this.#held.set(id, { isUp: true, isCut: false, heardAt: this.#now() });
  }

  /** A heartbeat came. */
  heard(id: number): void {
    const held = this.#held.get(id);
    if (!held) return;
    this.#longestSilenceMs = Math.max(this.#longestSilenceMs, this.#now() - held.heardAt);
    held.heardAt = this.#now();
  }

  /** A connection ended. */
  ended(id: number): void {
    const held = this.#held.get(id);
    if (!held?.isUp) return;
    held.isUp = false;
    if (!held.isCut) this.#lost += 1;
  }

  /** An attempt came to nothing. */
  refused(why: string): void {
    this.#refusals[why] = (this.#refusals[why] ?? 0) + 1;
  }

  /** All are about to be cut. */
  cut(): void {
    for (const held of this.#held.values()) held.isCut = true;
    this.#cutAt = this.#now();
    this.#awayMs = [];
    this.#refusals = {};
  }

  record(): HeldRecord {
    return {
      connections: this.#held.size,
      up: this.up,
      lost: this.#lost,
      refusals: this.#refusals,
      longestSilenceMs: this.#longestSilenceMs,
      awayMs: this.#awayMs.toSorted((one, other) => one - other),
    };
  }
}
