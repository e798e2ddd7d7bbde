/** The kinds of fault a run knows: what each strikes, for how long, and beside what it may not happen. */

/** What is struck. `store` is Redis as a whole. */
export type FaultPart = 'relay' | 'store' | 'messages' | 'gateway' | 'machine' | 'reader';

export interface FaultRule {
  readonly part: FaultPart;
  /** Shortest and longest, in milliseconds, before it is undone. */
  readonly ms: readonly [number, number];
  /** A process ends and another takes its place. */
  readonly isDeath?: true;
  /** Needs a Redis of several servers. */
  readonly needsFailOver?: true;
  /**
   * Over this long before the run ends, 0 where left out. While Redis or the gateway is away nobody can connect, and
   * whoever is cut off meanwhile tries again after 1, 2, 5, 15 and 30 s: the last of these waits outlasts the fault.
   */
  readonly calmMs?: number;
}

/** Longer than presence in Redis lasts (9 s): others hold the relay's machines for gone. */
const BEYOND_EXPIRY_MS = [10_000, 14_000] as const;
const CALM_MS = 25_000;

const RULES = {
  /** SIGKILL; started again after its time. */
  'relay-kill': { part: 'relay', ms: [300, 4_000], isDeath: true },
  /** SIGSTOP, and SIGCONT after its time. */
  'relay-freeze': { part: 'relay', ms: [500, 6_000] },
  'relay-freeze-long': { part: 'relay', ms: BEYOND_EXPIRY_MS, calmMs: CALM_MS },
  /** SIGTERM; started again when it has drained and exited. */
  'relay-restart': { part: 'relay', ms: [4_000, 4_000], isDeath: true },
  /** The way of one relay to Redis. */
  'relay-redis-latency': { part: 'relay', ms: [2_000, 8_000] },
  'relay-redis-partition': { part: 'relay', ms: [1_000, 12_000], calmMs: CALM_MS },
  /** One server of Redis, everything in it lost. */
  'redis-restart': { part: 'store', ms: [200, 3_000], calmMs: CALM_MS },
  'redis-pause': { part: 'store', ms: [1_000, 10_000], calmMs: CALM_MS },
  /** One server dies, another takes over, and the dead one comes back behind it. */
  'redis-fail-over': { part: 'store', ms: [4_000, 8_000], calmMs: CALM_MS, needsFailOver: true },
  /** Every server of Redis is gone. A machine and a reader on the same relay are watched meanwhile. */
  'redis-outage': { part: 'store', ms: [30_000, 30_000], calmMs: 45_000 },
  /** A share of published messages does not reach its subscribers. */
  'pubsub-loss': { part: 'messages', ms: [2_000, 8_000] },
  'gateway-kill': { part: 'gateway', ms: [300, 4_000], isDeath: true, calmMs: CALM_MS },
  /** SIGKILL of the daemon. */
  'machine-kill': { part: 'machine', ms: [200, 3_000], isDeath: true },
  'machine-cut': { part: 'machine', ms: [0, 0] },
  'machine-latency': { part: 'machine', ms: [2_000, 8_000] },
  'machine-partition': { part: 'machine', ms: [1_000, 10_000] },
  /**
   * The relay is left with a link that is half open. The machine comes back at another relay, and a reader comes to
   * the one where the old link hangs.
   */
  'machine-strand': { part: 'machine', ms: [6_000, 6_000] },
  /** SIGKILL of the reader; the next one goes on from the cursors and prompts in its file. */
  'reader-kill': { part: 'reader', ms: [200, 2_000], isDeath: true },
  'reader-cut': { part: 'reader', ms: [0, 0] },
  'reader-latency': { part: 'reader', ms: [2_000, 8_000] },
  'reader-partition': { part: 'reader', ms: [1_000, 10_000] },
  /** A few kilobytes a second. */
  'reader-slow': { part: 'reader', ms: [3_000, 8_000] },
} as const satisfies Record<string, FaultRule>;

export type FaultKind = keyof typeof RULES;

export const FAULTS: Readonly<Record<FaultKind, FaultRule>> = RULES;

export const FAULT_KINDS: readonly FaultKind[] = Object.keys(RULES).filter((name) => isFaultKind(name));

export function isFaultKind(name: string): name is FaultKind {
  return name in RULES;
}
