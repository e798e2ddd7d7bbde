/** Resident memory of the relays through a run, and whether it stayed flat. */
import { collectGarbage } from '../support/collected-memory.ts';
import { isAlive, residentMb } from '../support/processes.ts';
import type { Relay } from './relay-fleet.ts';

/** One look at one process. */
export interface MemorySample {
  readonly at: number;
  /** Number of the relay. */
  readonly relay: number;
  /** Milliseconds since its process started. */
  readonly ageMs: number;
  /** Megabytes. */
  readonly mb: number;
}

const EVERY_MS = 10_000;
/** A collection is over by then, and the pages it freed are given back. */
const COLLECTED_MS = 1_000;
/** A process this young is still filling its heap. */
const GROWN_MS = 120_000;

export interface MemoryWatch {
  /** The latest sample of each relay that runs. */
  latest(): MemorySample[];
  /** Ends it; gives all samples. */
  stop(): MemorySample[];
}

/**
 * `veteran` is the relay whose process lives through the run: it has its garbage collected before each look, so that
 * what is compared is what it keeps. It has been started with `collectingOptions`.
 */
export function watchMemory(relays: readonly Relay[], veteran: number | null): MemoryWatch {
  const samples: MemorySample[] = [];
  const look = () => relays.flatMap((relay, index) => sampleOf(relay, index));
  const collect = () => {
    const pid = veteran === null ? undefined : relays[veteran]?.pid();
    if (pid !== undefined && isAlive(pid)) collectGarbage(pid);
  };
  const soon: { look?: NodeJS.Timeout } = {};
  const timer = setInterval(() => {
    collect();
    soon.look = setTimeout(() => samples.push(...look()), COLLECTED_MS);
  }, EVERY_MS);
  return {
    latest: look,
    stop() {
      clearInterval(timer);
      clearTimeout(soon.look);
      return samples;
    },
  };
}

function sampleOf({ pid, startedAt }: Relay, relay: number): MemorySample[] {
  if (!isAlive(pid())) return [];
  const at = Date.now();
  try {
    return [{ at, relay, ageMs: at - startedAt, mb: residentMb(pid()) }];
  } catch {
    return []; // It ended in this moment.
  }
}

/** Means of the middle and the last third of a run, in megabytes; null without samples. */
export interface Thirds {
  readonly middle: number;
  readonly last: number;
}

/**
 * Of the relay whose process lives through the whole run: like is compared with like. `beganAt` and `endedAt` are those
 * of the faults. Pure, as the next one.
 */
export function thirdsOf(
  samples: readonly MemorySample[],
  { relay, beganAt, endedAt }: { relay: number; beganAt: number; endedAt: number },
): Thirds | null {
  const third = (endedAt - beganAt) / 3;
  const within = (from: number) =>
    mean(samples.filter((each) => each.relay === relay && each.at >= from && each.at < from + third));
  const [middle, last] = [within(beganAt + third), within(beganAt + 2 * third)];
  return middle === null || last === null ? null : { middle, last };
}

/** The mean of all relays' processes older than two minutes, in megabytes. */
export function meanOfGrown(samples: readonly MemorySample[]): number | null {
  return mean(samples.filter(({ ageMs }) => ageMs >= GROWN_MS));
}

function mean(samples: readonly MemorySample[]): number | null {
  if (samples.length === 0) return null;
  return samples.reduce((sum, { mb }) => sum + mb, 0) / samples.length;
}
