import assert from 'node:assert/strict';
import type { FaultKind } from '../../src/checker/fault-kinds.ts';
import { checkReadiness, type Readiness } from '../../src/checker/readiness.ts';
import type { Strike } from '../../src/checker/strike.ts';

const OUTAGE = struck('redis-outage', 0, 100_000, 130_000);

describe('the check of readiness', () => {
  it('finds nothing in relays that say how it is', () => {
    const said = [ready(99_000), ready(103_000), unready(110_000), unready(133_000), ready(160_000)];

    assert.deepEqual(checkReadiness(said, [OUTAGE]), []);
  });

  it('finds a relay that says it is ready long after Redis went away', () => {
    assert.deepEqual(found([ready(115_000), ready(116_000)], [OUTAGE]), ['relay-1 115000']);
  });

  it('finds a relay that is parted from Redis by itself and says it is ready; another may be', () => {
    const parted = [struck('relay-redis-partition', 1, 100_000, 112_000)];

    assert.deepEqual(found([ready(109_000)], parted), ['relay-1 109000']);
    assert.deepEqual(found([{ ...ready(109_000), relay: 0 }], parted), []);
  });

  it('finds a relay that says it is not ready though nothing is wrong', () => {
    assert.deepEqual(found([unready(160_000)], [OUTAGE]), ['relay-1 160000']);
    assert.deepEqual(found([unready(60_000)], [struck('relay-kill', 0, 59_000, 61_000)]), ['relay-1 60000']);
    assert.deepEqual(found([unready(60_000)], [struck('relay-kill', 1, 59_000, 61_000)]), []);
  });

  it('takes no answer for no lie', () => {
    assert.deepEqual(found([{ at: 115_000, relay: 1, isReady: null }], [OUTAGE]), []);
  });
});

function ready(at: number): Readiness {
  return { at, relay: 1, isReady: true };
}

function unready(at: number): Readiness {
  return { at, relay: 1, isReady: false };
}

function struck(kind: FaultKind, target: number, beganAt: number, endedAt: number): Strike {
  return { fault: { kind, target, atMs: 0, ms: endedAt - beganAt }, beganAt, endedAt };
}

function found(said: readonly Readiness[], strikes: readonly Strike[]): string[] {
  return checkReadiness(said, strikes).map(({ reader, at }) => `${reader} ${at}`);
}
