import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { AgentView } from '../../src/plan/agent-view.ts';
import { planPool } from '../../src/plan/plan-pool.ts';
import type { PoolFacts } from '../../src/plan/pool-facts.ts';
import { NOW, agent, pool, template, view } from '../support/facts.ts';

const anyView = fc.record({
  number: fc.nat(12),
  standing: fc.constantFrom<AgentView['standing']>('starting', 'idle', 'busy', 'asleep', 'failed', 'leaving'),
  isFresh: fc.boolean(),
  isOutdated: fc.boolean(),
  isHeld: fc.boolean(),
  claim: fc.constantFrom<'none' | 'holds' | 'ended'>('none', 'holds', 'ended'),
  idleFor: fc.constantFrom(1_000, 5_000_000),
});

const anyPool = fc.oneof(
  fc.nat(10).map((replicas) => pool({ replicas })),
  fc
    .tuple(fc.nat(6), fc.integer({ min: 1, max: 12 }))
    .map(([minIdle, maxAgents]) => pool({ autoscale: { minIdle: Math.min(minIdle, maxAgents), maxAgents } })),
);

const anyFacts: fc.Arbitrary<PoolFacts> = fc
  .record({
    pool: anyPool,
    parts: fc.uniqueArray(anyView, { selector: ({ number }) => number, maxLength: 10 }),
    waitingClaims: fc.nat(4),
  })
  .map(({ pool: wanted, parts, waitingClaims }) => ({
    pool: wanted,
    template: template(),
    revision: 'r1',
    views: parts.map(asView),
    waitingClaims,
    outstanding: 0,
    obstacle: null,
    now: NOW,
  }));

const RUNS = { numRuns: 2_000 };

describe('the plan of a pool, whatever is found', () => {
  it('never more Agents than the pool may have, and no name twice', () => {
    fc.assert(
      fc.property(anyFacts, (found) => {
        const names = createdBy(found);
        const taken = found.views.map(({ agent: { metadata } }) => metadata.name);
        assert.equal(new Set([...taken, ...names]).size, taken.length + names.length);
        if (names.length > 0) assert.ok(taken.length + names.length <= limitOf(found));
      }),
      RUNS,
    );
  });

  it('a machine that is busy, held or claimed never retires', () => {
    fc.assert(
      fc.property(anyFacts, (found) => {
        for (const action of planPool(found).actions) {
          if (action.do !== 'retire') continue;
          const { hasEndedClaim, standing, agent: retired } = viewNamed(found, action.agent.metadata.name);
          if (hasEndedClaim) continue;
          assert.notEqual(standing, 'busy');
          assert.equal(retired.spec.claimRef, undefined);
          assert.equal(retired.spec.hold, undefined);
        }
      }),
      RUNS,
    );
  });

  it('done again and again it comes to rest, with as many machines as wanted unless those that stay are more', () => {
    fc.assert(
      fc.property(anyFacts, (found) => {
        const rounds = [...Array(6).keys()].reduce((facts) => after(facts), found);
        const plan = planPool(rounds);
        assert.deepEqual(plan.actions, []);
        const { replicas = 0, desired = 0 } = plan.status;
        assert.ok(replicas >= Math.min(desired, limitOf(found)), `${replicas} of ${desired}`);
      }),
      RUNS,
    );
  });
});

/** The world once everything planned has happened and those who leave are gone. */
function after(found: PoolFacts): PoolFacts {
  const { actions } = planPool(found);
  const retired = actions.flatMap((action) => (action.do === 'retire' ? [action.agent.metadata.name] : []));
  const released = actions.flatMap((action) => (action.do === 'release' ? [action.agent.metadata.name] : []));
  const stay = found.views
    .filter(({ standing, agent: { metadata } }) => standing !== 'leaving' && !retired.includes(metadata.name))
    .map((one) => (released.includes(one.agent.metadata.name) ? { ...one, hasEndedClaim: false } : one));
  const created = createdBy(found).map((name) =>
    view(name, { standing: 'starting', isFresh: true, idleSince: NOW }),
  );
  return { ...found, views: [...stay, ...created] };
}

function createdBy(found: PoolFacts): readonly string[] {
  return planPool(found).actions.flatMap((action) => (action.do === 'create' ? action.names : []));
}

function limitOf({ pool: { spec } }: PoolFacts): number {
  return spec.autoscale?.maxAgents ?? spec.replicas ?? 1;
}

function viewNamed(found: PoolFacts, name: string): AgentView {
  const one = found.views.find(({ agent: { metadata } }) => metadata.name === name);
  assert.ok(one);
  return one;
}

function asView(part: typeof anyView extends fc.Arbitrary<infer Part> ? Part : never): AgentView {
  const { number, standing, isFresh, isOutdated, isHeld, claim, idleFor } = part;
  const claimRef = { name: 'c', uid: 'u', reuse: number % 2 === 0 ? 'Never' : 'SameOwner' };
  const spec = {
    ...(isHeld ? { hold: { until: '2030-01-01T00:00:00Z' } } : {}),
    ...(claim === 'none' ? {} : { owner: 'ada@example.com', claimRef }),
  };
  return view(`builders-${number}`, {
    agent: agent({ spec }, `builders-${number}`),
    standing,
    isFresh: isFresh && claim === 'none',
    isOutdated,
    idleSince: standing === 'idle' ? NOW - idleFor : null,
    hasEndedClaim: claim === 'ended',
  });
}
