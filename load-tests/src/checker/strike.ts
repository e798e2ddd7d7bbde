/** Carries a plan of faults out on a running site, and undoes each in time. */
import { setTimeout as sleep } from 'node:timers/promises';
import { FAIR, type FaultProxy, type Weather } from './fault-proxy.ts';
import type { FaultKind, PlannedFault } from './plan.ts';
import type { Site } from './site.ts';

/** A fault as it happened; times in milliseconds since 1970. */
export interface Strike {
  readonly fault: PlannedFault;
  readonly beganAt: number;
  readonly endedAt: number;
}

type Act = (site: Site, target: number, ms: number) => Promise<void>;

const ACTS: Record<FaultKind, Act> = {
  'relay-kill': async (site, target, ms) => {
    await relay(site, target).kill();
    await sleep(ms);
    await relay(site, target).start();
  },
  'relay-freeze': async (site, target, ms) => {
    relay(site, target).freeze();
    await sleep(ms);
    relay(site, target).thaw();
  },
  'relay-restart': async (site, target) => {
    await relay(site, target).drain();
    await relay(site, target).start();
  },
  'redis-restart': async ({ redis }, _target, ms) => {
    await redis.kill();
    await sleep(ms);
    await redis.start();
  },
  'redis-pause': async ({ redis }, _target, ms) => {
    redis.pause();
    await sleep(ms);
    redis.resume();
  },
  'pubsub-loss': async ({ pubSub }, _target, ms) => {
    pubSub.lose(LOST_SHARE);
    await sleep(ms);
    pubSub.lose(0);
  },
  'machine-cut': async (site, target) => part(site.machines, target).network.cut(),
  'machine-latency': (site, target, ms) => weather(part(site.machines, target).network, SLOW, ms),
  'machine-partition': (site, target, ms) => weather(part(site.machines, target).network, SPLIT, ms),
  'reader-cut': async (site, target) => part(site.readers, target).network.cut(),
  'reader-latency': (site, target, ms) => weather(part(site.readers, target).network, SLOW, ms),
  'reader-partition': (site, target, ms) => weather(part(site.readers, target).network, SPLIT, ms),
  'reader-slow': (site, target, ms) => weather(part(site.readers, target).network, THIN, ms),
};

const LOST_SHARE = 0.2;
const SLOW: Partial<Weather> = { delayMs: 400 };
const SPLIT: Partial<Weather> = { isPartitioned: true };
const THIN: Partial<Weather> = { bytesPerSecond: 4_000 };

/** Resolves when every fault is over and undone. `tell` hears of each as it ends. */
export async function strike(
  site: Site,
  plan: readonly PlannedFault[],
  tell: (strike: Strike) => void,
): Promise<Strike[]> {
  const beganAt = Date.now();
  const outcomes = await Promise.allSettled(
    plan.map(async (fault) => {
      await sleep(Math.max(0, beganAt + fault.atMs - Date.now()));
      const done = { fault, beganAt: Date.now() };
      await ACTS[fault.kind](site, fault.target, fault.ms);
      const struck = { ...done, endedAt: Date.now() };
      tell(struck);
      return struck;
    }),
  );
  // Not before all have ended, so that nothing is started on a site that is being stopped.
  return outcomes.map((outcome) => {
    if (outcome.status === 'rejected') throw outcome.reason;
    return outcome.value;
  });
}

async function weather(network: FaultProxy, bad: Partial<Weather>, ms: number): Promise<void> {
  network.setWeather(bad);
  await sleep(ms);
  network.setWeather(FAIR);
}

function relay({ relays }: Site, target: number) {
  return part(relays, target);
}

function part<T>(parts: readonly T[], target: number): T {
  const found = parts[target];
  if (found === undefined) throw new Error(`the plan names number ${target} of ${parts.length}`);
  return found;
}
