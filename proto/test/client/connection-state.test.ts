import assert from 'node:assert/strict';
import fc from 'fast-check';
import { firstState, isLinked, nextState, type ConnectionHappening } from '../../client/connection-state.ts';

const happening: fc.Arbitrary<ConnectionHappening> = fc.oneof(
  fc.record({
    kind: fc.constantFrom('welcomed' as const, 'presence' as const),
    online: fc.boolean(),
    lastSeenAt: fc.constantFrom(null, '2026-11-21T08:00:00Z'),
  }),
  fc.record({ kind: fc.constantFrom('failed' as const, 'lost' as const), retryAt: fc.nat() }),
  fc.record({
    kind: fc.constant('ended' as const),
    reason: fc.constant('closed' as const),
    message: fc.string(),
  }),
);
const fresh = { now: 5, lastHeardAt: 4 };

describe('connection state', () => {
  it('begins with connecting, never heard', () => {
    assert.deepEqual(firstState(3), { kind: 'connecting', since: 3, lastHeardAt: null });
  });

  it('is live or offline exactly when the last welcome or presence said so, and never leaves the end', () => {
    fc.assert(
      fc.property(fc.array(happening), (happenings) => {
        happenings.reduce((before, each) => {
          const after = nextState(before, each, fresh);
          if (before.kind === 'ended') assert.equal(after, before);
          else if (each.kind === 'welcomed') assert.ok(isLinked(after));
          else if (each.kind === 'presence') assert.equal(isLinked(after), isLinked(before));
          else assert.equal(after.kind, each.kind === 'ended' ? 'ended' : 'reconnecting');
          return after;
        }, firstState(0));
      }),
    );
  });

  it('stays the same object while nothing changes', () => {
    const live = nextState(firstState(0), { kind: 'welcomed', online: true, lastSeenAt: null }, fresh);

    assert.equal(
      nextState(live, { kind: 'presence', online: true, lastSeenAt: null }, { now: 9, lastHeardAt: 8 }),
      live,
    );
  });

  it('counts attempts and remembers since when it is behind', () => {
    const lost = nextState(firstState(0), { kind: 'lost', retryAt: 10 }, fresh);
    const failed = nextState(lost, { kind: 'failed', retryAt: 20 }, { now: 15, lastHeardAt: 4 });

    assert.deepEqual(failed, { kind: 'reconnecting', attempt: 2, retryAt: 20, since: 5, lastHeardAt: 4 });
  });
});
