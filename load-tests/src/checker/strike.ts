/** Carries a plan of faults out on a running site, and undoes each in time. */
import { setTimeout as sleep } from 'node:timers/promises';
import { bringTogether, readerComesToStrandedLink, type Together } from './companions.ts';
import { FAULTS, type FaultKind } from './fault-kinds.ts';
import { FAIR, type Weather } from './fault-proxy.ts';
import type { PlannedFault } from './plan.ts';
import type { Site } from './site.ts';

/** A fault as it happened; times in milliseconds since 1970. */
export interface Strike {
  readonly fault: PlannedFault;
  readonly beganAt: number;
  readonly endedAt: number;
  /** Of an outage of Redis: who must have gone on meanwhile; null when they could not be brought together before. */
  readonly together?: Together | null;
}

/** Resolves when the fault is undone. */
type Act = (site: Site, target: number, ms: number) => Promise<void>;

type PlainKind = Exclude<FaultKind, 'redis-outage'>;

const ACTS: Record<PlainKind, Act> = {
  'relay-kill': (site, target, ms) => killed(relay(site, target), ms),
  'relay-freeze': frozen,
  'relay-freeze-long': frozen,
  'relay-restart': async (site, target) => {
    await relay(site, target).drain();
    await relay(site, target).start();
  },
  'relay-redis-latency': (site, target, ms) => weather(relay(site, target).door, SLOW, ms),
  'relay-redis-partition': (site, target, ms) => weather(relay(site, target).door, SPLIT, ms),
  'redis-restart': serverDies,
  'redis-fail-over': serverDies,
  'redis-pause': async ({ store }, _target, ms) => {
    await store.pauseOne();
    await sleep(ms);
    store.resume();
  },
  'pubsub-loss': async ({ relays }, _target, ms) => {
    for (const { door } of relays) door.lose(LOST_SHARE);
    await sleep(ms);
    for (const { door } of relays) door.lose(0);
  },
  'gateway-kill': ({ gateway }, _target, ms) => killed(gateway, ms),
  'machine-kill': (site, target, ms) => killed(machine(site, target).daemon, ms),
  'machine-cut': async (site, target) => machine(site, target).network.cut(),
  'machine-latency': (site, target, ms) => weather(machine(site, target).network, SLOW, ms),
  'machine-partition': (site, target, ms) => weather(machine(site, target).network, SPLIT, ms),
  'machine-strand': (site, target, ms) => readerComesToStrandedLink(site, machine(site, target), ms),
  'reader-kill': (site, target, ms) => killed(reader(site, target).process, ms),
  'reader-cut': async (site, target) => reader(site, target).network.cut(),
  'reader-latency': (site, target, ms) => weather(reader(site, target).network, SLOW, ms),
  'reader-partition': (site, target, ms) => weather(reader(site, target).network, SPLIT, ms),
  'reader-slow': (site, target, ms) => weather(reader(site, target).network, THIN, ms),
};

const LOST_SHARE = 0.2;
const SLOW: Partial<Weather> = { delayMs: 400 };
const SPLIT: Partial<Weather> = { isPartitioned: true };
const THIN: Partial<Weather> = { bytesPerSecond: 4_000 };

/** What a run hears of its faults. */
export interface StrikeListener {
  began(fault: PlannedFault): void;
  /** Its target is not over the fault before yet. */
  leftOut(fault: PlannedFault): void;
  ended(strike: Strike): void;
}

/** Resolves when every fault is over and undone. */
export async function strike(
  site: Site,
  plan: readonly PlannedFault[],
  listener: StrikeListener,
): Promise<Strike[]> {
  const beganAt = Date.now();
  const busy = new Set<string>();
  const outcomes = await Promise.allSettled(
    plan.map(async (fault) => {
      await sleep(Math.max(0, beganAt + fault.atMs - Date.now()));
      const target = `${FAULTS[fault.kind].part} ${fault.target}`;
      if (busy.has(target)) return listener.leftOut(fault);
      busy.add(target);
      listener.began(fault);
      const struck = await carriedOut(site, fault);
      listener.ended(struck);
      busy.delete(target);
      return struck;
    }),
  );
  // Not before all have ended, so that nothing is started on a site that is being stopped.
  return outcomes.flatMap((outcome) => {
    if (outcome.status === 'rejected') throw outcome.reason;
    return outcome.value ? [outcome.value] : [];
  });
}

async function carriedOut(site: Site, fault: PlannedFault): Promise<Strike> {
  const { kind, target, ms } = fault;
  const done = { fault, beganAt: Date.now() };
  if (kind !== 'redis-outage') {
    await ACTS[kind](site, target, ms);
    return { ...done, endedAt: Date.now() };
  }
  const together = await bringTogether(site, target);
  const beganAt = Date.now();
  await site.store.killAll();
  await sleep(ms);
  await site.store.startDead();
  return { fault, beganAt, endedAt: Date.now(), together };
}

async function killed(process: { kill(): Promise<void>; start(): Promise<void> }, ms: number): Promise<void> {
  await process.kill();
  await sleep(ms);
  await process.start();
}

async function frozen(site: Site, target: number, ms: number): Promise<void> {
  relay(site, target).freeze();
  await sleep(ms);
  relay(site, target).thaw();
}

async function serverDies({ store }: Site, _target: number, ms: number): Promise<void> {
  await store.killOne();
  await sleep(ms);
  await store.startDead();
}

async function weather(
  network: { setWeather(weather: Partial<Weather>): void },
  bad: Partial<Weather>,
  ms: number,
): Promise<void> {
  network.setWeather(bad);
  await sleep(ms);
  network.setWeather(FAIR);
}

const relay = ({ relays }: Site, target: number) => part(relays, target);
const machine = ({ machines }: Site, target: number) => part(machines, target);
const reader = ({ readers }: Site, target: number) => part(readers, target);

function part<T>(parts: readonly T[], target: number): T {
  const found = parts[target];
  if (found === undefined) throw new Error(`the plan names number ${target} of ${parts.length}`);
  return found;
}
