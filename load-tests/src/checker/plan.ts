/** Which faults strike when: drawn from a seed, so that a run can be had again. Pure. */
import { seeded } from '../support/statistics.ts';

/** What is struck, and how. `ms` of a fault is how long it lasts before it is undone. */
export const FAULT_KINDS = [
  /** SIGKILL; started again after `ms`. */
  'relay-kill',
  /** SIGSTOP, and SIGCONT after `ms`. */
  'relay-freeze',
  /** SIGTERM; started again when it has drained and exited. */
  'relay-restart',
  /** SIGKILL, everything in it lost; started again after `ms`. */
  'redis-restart',
  /** SIGSTOP, and SIGCONT after `ms`. */
  'redis-pause',
  /** A share of published messages does not reach its subscribers. */
  'pubsub-loss',
  'machine-cut',
  'machine-latency',
  'machine-partition',
  'reader-cut',
  'reader-latency',
  'reader-partition',
  /** A few kilobytes a second. */
  'reader-slow',
] as const;
export type FaultKind = (typeof FAULT_KINDS)[number];

export interface PlannedFault {
  /** Milliseconds after the run began. */
  readonly atMs: number;
  readonly kind: FaultKind;
  /** Which relay, machine or reader, from 0; 0 for Redis. */
  readonly target: number;
  readonly ms: number;
}

export interface PlanOptions {
  readonly seed: number;
  /** Every fault is over by then. */
  readonly seconds: number;
  readonly relays: number;
  readonly machines: number;
  readonly readers: number;
}

const SHORTEST_AND_LONGEST_MS: Record<FaultKind, readonly [number, number]> = {
  'relay-kill': [300, 4_000],
  'relay-freeze': [500, 12_000],
  'relay-restart': [4_000, 4_000],
  'redis-restart': [200, 3_000],
  'redis-pause': [1_000, 10_000],
  'pubsub-loss': [2_000, 8_000],
  'machine-cut': [0, 0],
  'machine-latency': [2_000, 8_000],
  'machine-partition': [1_000, 10_000],
  'reader-cut': [0, 0],
  'reader-latency': [2_000, 8_000],
  'reader-partition': [1_000, 10_000],
  'reader-slow': [3_000, 8_000],
};
const FIRST_AT_MS = 2_000;
/** Between the beginnings of two faults; faults of different targets overlap. */
const GAP_MS = [300, 3_500] as const;
/** A target is left alone for this long after a fault, to be itself again. */
const REST_MS = 1_500;

/** Faults in order of time. Each kind comes once before any comes again; one relay at a time is always unharmed. */
export function planFaults(options: PlanOptions): PlannedFault[] {
  const random = seeded(options.seed);
  const planned: PlannedFault[] = [];
  const bag: FaultKind[] = [];
  for (let atMs = FIRST_AT_MS; atMs < options.seconds * 1000; atMs += between(GAP_MS, random)) {
    if (bag.length === 0) bag.push(...shuffled(FAULT_KINDS, random));
    const kind = bag.pop() ?? 'reader-cut';
    const target = Math.floor(random() * countOf(kind, options));
    const fault = {
      atMs: Math.round(atMs),
      kind,
      target,
      ms: between(SHORTEST_AND_LONGEST_MS[kind], random),
    };
    if (endOf(fault) > options.seconds * 1000 || isTooMuch(fault, planned, options)) continue;
    planned.push(fault);
  }
  return planned;
}

/** As a line for a person. */
export function faultText({ atMs, kind, target, ms }: PlannedFault): string {
  const time = `${(atMs / 1000).toFixed(1).padStart(7)} s`;
  return `${time}  ${kind} ${target}${ms > 0 ? ` for ${(ms / 1000).toFixed(1)} s` : ''}`;
}

function isTooMuch(fault: PlannedFault, planned: readonly PlannedFault[], { relays }: PlanOptions): boolean {
  const same = planned.filter((other) => partOf(other.kind) === partOf(fault.kind) && isNear(other, fault));
  if (same.some(({ target }) => target === fault.target)) return true;
  return partOf(fault.kind) === 'relay' && new Set(same.map(({ target }) => target)).size >= relays - 1;
}

function isNear(earlier: PlannedFault, later: PlannedFault): boolean {
  return endOf(earlier) + REST_MS > later.atMs;
}

const endOf = ({ atMs, ms }: PlannedFault): number => atMs + ms;

function partOf(kind: FaultKind): string {
  return kind.slice(0, kind.indexOf('-'));
}

function countOf(kind: FaultKind, { relays, machines, readers }: PlanOptions): number {
  const counts: Record<string, number> = { relay: relays, machine: machines, reader: readers };
  return counts[partOf(kind)] ?? 1;
}

function between([low, high]: readonly [number, number], random: () => number): number {
  return Math.round(low + random() * (high - low));
}

function shuffled<T>(items: readonly T[], random: () => number): T[] {
  return items
    .map((item) => ({ item, place: random() }))
    .toSorted((a, b) => a.place - b.place)
    .map(({ item }) => item);
}
