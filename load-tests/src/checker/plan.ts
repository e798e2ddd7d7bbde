/** Which faults strike when: drawn from a seed, so that a run can be had again. Pure. */
import { seeded } from '../support/statistics.ts';
import { FAULT_KINDS, FAULTS, type FaultKind, type FaultPart } from './fault-kinds.ts';

export interface PlannedFault {
  /** Milliseconds after the run began. */
  readonly atMs: number;
  readonly kind: FaultKind;
  /** Which relay, machine or reader, from 0; of an outage, the machine that is watched; 0 for others of Redis. */
  readonly target: number;
  /** How long it lasts before it is undone. */
  readonly ms: number;
}

export interface PlanOptions {
  readonly seed: number;
  /** Every fault is over by then. */
  readonly seconds: number;
  readonly relays: number;
  readonly machines: number;
  readonly readers: number;
  /** Whether Redis has several servers. */
  readonly hasFailOver: boolean;
  /** Only these; default: all. */
  readonly kinds?: readonly FaultKind[] | undefined;
  /** A relay whose process lives through the run, so that its memory can be watched; null for none. */
  readonly veteran: number | null;
}

const FIRST_AT_MS = 2_000;
/** Between the beginnings of two faults; faults of different targets overlap. */
const GAP_MS = [300, 3_500] as const;
/** A target is left alone for this long after a fault, to be itself again. */
const REST_MS = 1_500;
/** One outage of Redis in each stretch of this length; it is the longest fault. */
const OUTAGE_EVERY_MS = 180_000;
/** What must be whole while all of Redis is gone, since that is what is being watched. */
const WHOLE_IN_OUTAGE: readonly FaultPart[] = ['relay', 'store', 'messages', 'gateway'];

/** Faults in order of time. Each kind comes about as often as any other; one relay at a time is always unharmed. */
export function planFaults(options: PlanOptions): PlannedFault[] {
  const random = seeded(options.seed);
  const kinds = kindsFor(options);
  const planned = plannedOutages(options, random);
  const bag: FaultKind[] = [];
  for (let atMs = FIRST_AT_MS; atMs < options.seconds * 1000; atMs += between(GAP_MS, random)) {
    if (bag.length <= kinds.length / 2) bag.push(...shuffled(kinds, random));
    const fault = firstThatFits(bag, atMs, planned, options, random);
    if (!fault) continue;
    bag.splice(bag.indexOf(fault.kind), 1);
    planned.push(fault);
  }
  return planned.toSorted((a, b) => a.atMs - b.atMs);
}

/** As a line for a person. */
export function faultText({ atMs, kind, target, ms }: PlannedFault): string {
  const time = `${(atMs / 1000).toFixed(1).padStart(7)} s`;
  return `${time}  ${kind} ${target}${ms > 0 ? ` for ${(ms / 1000).toFixed(1)} s` : ''}`;
}

/** What is drawn as the run goes on; outages have places of their own. */
function kindsFor({ hasFailOver, kinds = FAULT_KINDS }: PlanOptions): FaultKind[] {
  return kinds.filter((kind) => kind !== 'redis-outage' && (hasFailOver || !FAULTS[kind].needsFailOver));
}

function plannedOutages(options: PlanOptions, random: () => number): PlannedFault[] {
  const { kinds = FAULT_KINDS, machines, seconds } = options;
  if (!kinds.includes('redis-outage')) return [];
  const { ms: range, calmMs = 0 } = FAULTS['redis-outage'];
  const outages: PlannedFault[] = [];
  for (let from = FIRST_AT_MS; from < seconds * 1000; from += OUTAGE_EVERY_MS) {
    const ms = between(range, random);
    const latest = Math.min(from + OUTAGE_EVERY_MS - ms, seconds * 1000 - calmMs - ms);
    const fault = {
      atMs: between([from, Math.max(from, latest)], random),
      kind: 'redis-outage',
      target: Math.floor(random() * machines),
      ms,
    } as const;
    if (latest >= from) outages.push(fault);
  }
  return outages;
}

function firstThatFits(
  bag: readonly FaultKind[],
  at: number,
  planned: readonly PlannedFault[],
  options: PlanOptions,
  random: () => number,
): PlannedFault | undefined {
  const atMs = Math.round(at);
  for (const kind of bag) {
    const { calmMs = 0, ms } = FAULTS[kind];
    const target = Math.floor(random() * countOf(kind, options));
    const fault = { atMs, kind, target, ms: between(ms, random) };
    const isLate = endOf(fault) > options.seconds * 1000 - calmMs;
    if (!isLate && !isTooMuch(fault, planned, options)) return fault;
  }
  return undefined;
}

function isTooMuch(fault: PlannedFault, planned: readonly PlannedFault[], options: PlanOptions): boolean {
  const { isDeath, part } = FAULTS[fault.kind];
  if (isDeath && part === 'relay' && fault.target === options.veteran) return true;
  const near = planned.filter((other) => isNear(other, fault));
  if (near.some((other) => collide(other, fault))) return true;
  const relays = near.filter(({ kind }) => partOf(kind) === 'relay').map(({ target }) => target);
  return part === 'relay' && new Set(relays).size >= options.relays - 1;
}

/** Whether the two overlap, or one begins before the other's target has rested. */
function isNear(one: PlannedFault, other: PlannedFault): boolean {
  return one.atMs < endOf(other) + REST_MS && other.atMs < endOf(one) + REST_MS;
}

function collide(one: PlannedFault, other: PlannedFault): boolean {
  const [part, otherPart] = [partOf(one.kind), partOf(other.kind)];
  if (one.kind === 'redis-outage') return spoilsOutage(other, one);
  if (other.kind === 'redis-outage') return spoilsOutage(one, other);
  return part === otherPart && one.target === other.target;
}

/**
 * Reader number n follows machine number n, as far as there are machines. A daemon that is killed would be up again only
 * after the outage.
 */
function spoilsOutage({ kind, target }: PlannedFault, outage: PlannedFault): boolean {
  return WHOLE_IN_OUTAGE.includes(partOf(kind)) || kind === 'machine-kill' || target === outage.target;
}

const partOf = (kind: FaultKind): FaultPart => FAULTS[kind].part;

const endOf = ({ atMs, ms }: PlannedFault): number => atMs + ms;

function countOf(kind: FaultKind, { relays, machines, readers }: PlanOptions): number {
  const counts: Partial<Record<FaultPart, number>> = { relay: relays, machine: machines, reader: readers };
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
