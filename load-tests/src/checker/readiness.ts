/** Asks every relay each second whether it is ready, and judges what it said by the faults of that moment. */
import type { Relay } from './relay-fleet.ts';
import type { Strike } from './strike.ts';
import type { Violation } from './violation.ts';

/** What a relay said of itself; null: nothing in time. */
export interface Readiness {
  readonly at: number;
  /** Number of the relay. */
  readonly relay: number;
  readonly isReady: boolean | null;
}

const EVERY_MS = 1_000;
const ANSWER_LIMIT_MS = 900;
/** A relay that asks Redis each second and bears three silences knows by then that Redis is away. */
const NOTICED_MS = 7_000;
/** Redis that is back is found again within this. */
const BACK_MS = 12_000;

/** Begins asking. The function returned ends it and gives all that was said. */
export function watchReadiness(relays: readonly Relay[]): () => Readiness[] {
  const said: Readiness[] = [];
  const timer = setInterval(() => {
    for (const [index, { port }] of relays.entries()) {
      const at = Date.now();
      void ask(port).then((isReady) => said.push({ at, relay: index, isReady }));
    }
  }, EVERY_MS);
  return () => {
    clearInterval(timer);
    return said;
  };
}

async function ask(port: number): Promise<boolean | null> {
  try {
    const signal = AbortSignal.timeout(ANSWER_LIMIT_MS);
    const { status } = await fetch(`http://127.0.0.1:${port}/ready`, { signal });
    return status === 200;
  } catch {
    return null; // Killed, frozen, or too busy to answer: it says nothing, so nothing untrue.
  }
}

/** One violation for each relay that was ready without Redis, or not ready with everything at hand. Pure. */
export function checkReadiness(said: readonly Readiness[], strikes: readonly Strike[]): Violation[] {
  const untrue = said.flatMap((one) => {
    if (one.isReady && isCutOff(one, strikes)) return [fault(one, 'said that it is ready; Redis was away')];
    if (one.isReady === false && isWhole(one, strikes))
      return [fault(one, 'said that it is not ready; nothing had been wrong for a while')];
    return [];
  });
  return [...new Map(untrue.toReversed().map((each) => [`${each.reader} ${each.message}`, each])).values()];
}

/** Redis has been away from this relay for long enough to be noticed. */
function isCutOff({ at, relay }: Readiness, strikes: readonly Strike[]): boolean {
  return strikes.some(
    ({ fault: { kind, target }, beganAt, endedAt }) =>
      (kind === 'redis-outage' || (kind === 'relay-redis-partition' && target === relay)) &&
      at >= beganAt + NOTICED_MS &&
      at + ANSWER_LIMIT_MS < endedAt - EVERY_MS,
  );
}

/** Neither Redis nor this relay has been struck for a while. */
function isWhole({ at, relay }: Readiness, strikes: readonly Strike[]): boolean {
  return !strikes.some(
    ({ fault: { kind, target }, beganAt, endedAt }) =>
      (kind.startsWith('redis-') || (kind.startsWith('relay-') && target === relay)) &&
      at + ANSWER_LIMIT_MS >= beganAt &&
      at <= endedAt + BACK_MS,
  );
}

function fault({ at, relay }: Readiness, message: string): Violation {
  return { kind: 'untrue-ready', at, reader: `relay-${relay}`, channel: '/ready', seq: 0, message };
}
