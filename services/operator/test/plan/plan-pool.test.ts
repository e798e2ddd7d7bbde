import assert from 'node:assert/strict';
import type { AgentView } from '../../src/plan/agent-view.ts';
import { conditionOf } from '../../src/plan/conditions.ts';
import { planPool } from '../../src/plan/plan-pool.ts';
import type { PoolFacts } from '../../src/plan/pool-facts.ts';
import { NOW, agent, at, pool, template, view } from '../support/facts.ts';

const scaling = pool({ autoscale: { minIdle: 2, maxAgents: 5 } });
const fresh = (name: string, change: Partial<AgentView> = {}) => view(name, { isFresh: true, ...change });
const claimed = (name: string, reuse: 'Never' | 'SameOwner') => {
  const spec = { owner: 'ada@example.com', claimRef: { name: 'c', uid: 'u', reuse } };
  return view(name, { agent: agent({ spec }, name), hasEndedClaim: true });
};
const slept = (secondsAgo: number) =>
  view('builders-0', { agent: agent({ status: { hibernatedAt: at(secondsAgo) } }), standing: 'asleep' });

/** What was found, and what is done about it. */
const TABLE: readonly (readonly [string, Partial<PoolFacts>, string])[] = [
  ['three wanted and none there', { pool: pool({ replicas: 3 }) }, 'create builders-0 builders-1 builders-2'],
  ['fifty wanted', { pool: pool({ replicas: 50 }) }, `create ${numbered(20)}`],
  ['a gap in the numbers', { pool: pool({ replicas: 2 }), views: [view('builders-1')] }, 'create builders-0'],
  [
    'one that leaves',
    { pool: pool({ replicas: 2 }), views: [view('builders-0'), view('builders-1', { standing: 'leaving' })] },
    '',
  ],
  ['creations not seen yet', { pool: pool({ replicas: 3 }), outstanding: 1 }, ''],
  ['no template', { pool: pool({ replicas: 3 }), template: null }, ''],
  [
    'one that no node takes',
    { pool: pool({ replicas: 3 }), views: [view('builders-0', { isUnschedulable: true })] },
    '',
  ],
  [
    'a quota in the way',
    { pool: pool({ replicas: 3 }), obstacle: { reason: 'QuotaExceeded', message: '', until: NOW + 1 } },
    '',
  ],
  ['paused', { pool: pool({ replicas: 3 }, { annotations: { 'spectral.dev/paused': 'true' } }) }, ''],
  ['deleted', { pool: pool({ replicas: 3 }, { deletionTimestamp: at(1) }) }, ''],

  [
    'one too many: a failed one goes first',
    { pool: pool({ replicas: 1 }), views: [view('builders-0'), view('builders-1', { standing: 'failed' })] },
    'retire builders-1',
  ],
  [
    'one too many: the one idle longest goes',
    {
      pool: pool({ replicas: 1 }),
      views: [view('builders-0', { idleSince: NOW - 9_000 }), view('builders-1', { idleSince: NOW - 1_000 })],
    },
    'retire builders-0',
  ],
  [
    'one too many: an outdated one goes before',
    {
      pool: pool({ replicas: 1 }),
      views: [view('builders-0'), view('builders-1', { isOutdated: true, idleSince: NOW })],
    },
    'retire builders-1',
  ],
  [
    'one too many: one asleep goes last',
    {
      pool: pool({ replicas: 1 }),
      views: [view('builders-0'), view('builders-1', { standing: 'asleep', idleSince: null })],
    },
    'retire builders-0',
  ],
  [
    'all too many and busy',
    { pool: pool({ replicas: 0 }), views: [view('builders-0', { standing: 'busy' })] },
    '',
  ],
  [
    'all too many and held',
    {
      pool: pool({ replicas: 0 }),
      views: [view('builders-0', { agent: agent({ spec: { hold: { until: at(-60) } } }) })],
    },
    '',
  ],

  ['an empty pool that scales', { pool: scaling }, 'create builders-0 builders-1'],
  [
    'its spares in use',
    { pool: scaling, views: [view('builders-0'), view('builders-1')] },
    'create builders-2 builders-3',
  ],
  [
    'its spares in use, near the maximum',
    { pool: scaling, views: [0, 1, 2, 3].map((n) => view(`builders-${n}`)) },
    'create builders-4',
  ],
  [
    'two claims that wait',
    { pool: pool({ autoscale: { minIdle: 0, maxAgents: 5 } }), waitingClaims: 2 },
    'create builders-0 builders-1',
  ],
  [
    'spares that failed',
    {
      pool: scaling,
      views: [fresh('builders-0', { standing: 'failed' }), fresh('builders-1', { standing: 'failed' })],
    },
    '',
  ],
  [
    'spares nobody hears of',
    {
      pool: scaling,
      views: [fresh('builders-0', { standing: 'busy' }), fresh('builders-1', { standing: 'busy' })],
    },
    '',
  ],
  ['a young spare too many', { pool: scaling, views: [0, 1, 2].map((n) => fresh(`builders-${n}`)) }, ''],
  [
    'an old spare too many',
    { pool: scaling, views: [0, 1, 2].map((n) => fresh(`builders-${n}`, { idleSince: NOW - 700_000 })) },
    'retire builders-2',
  ],
  [
    'machines in use are kept, idle as they are',
    {
      pool: pool({ autoscale: { minIdle: 0, maxAgents: 5 } }),
      views: [view('builders-0', { idleSince: NOW - 9_000_000 })],
    },
    '',
  ],

  [
    'a claim that ended',
    { pool: pool({ replicas: 1 }), views: [claimed('builders-0', 'Never')] },
    'retire builders-0',
  ],
  [
    'a claim that ended, its owner to come back',
    { pool: pool({ replicas: 1 }), views: [claimed('builders-0', 'SameOwner')] },
    'release builders-0',
  ],
  [
    'asleep for longer than deleteAfter',
    { template: template({ lifecycle: { deleteAfter: '1h' } }), views: [slept(3_600)] },
    'retire builders-0',
  ],
  [
    'asleep for less',
    { template: template({ lifecycle: { deleteAfter: '1h' } }), views: [slept(3_599)] },
    '',
  ],
];

describe('the plan of a pool', () => {
  for (const [found, change, steps] of TABLE) {
    it(`${found}: ${steps || 'nothing to do'}`, () => {
      assert.equal(stepsOf(change), steps);
    });
  }

  it('with more failures in the window than its budget it makes nothing and says so', () => {
    const failed = view('builders-0', {
      agent: agent({ status: { failures: [at(10), at(20)] } }),
      standing: 'failed',
    });
    const change = { pool: pool({ replicas: 3, failure: { budget: 2 } }), views: [failed] };
    assert.equal(stepsOf(change), '');
    const stalled = conditionOf(planPool(facts(change)).status.conditions, 'Stalled');
    assert.deepEqual([stalled?.status, stalled?.reason], ['True', 'TooManyFailures']);

    const later = { ...change, now: NOW + 3_600_000 };
    assert.equal(stepsOf(later), 'create builders-1 builders-2');
  });

  it('its status counts what there is', () => {
    const views = [
      view('builders-0'),
      view('builders-1', { standing: 'busy' }),
      view('builders-2', { standing: 'asleep' }),
      view('builders-3', { standing: 'leaving' }),
      view('builders-4', { standing: 'failed', isOutdated: true }),
    ];
    const { desired, replicas, ready, idle, busy, asleep, failed, updated } = planPool(
      facts({ pool: pool({ replicas: 4 }), views }),
    ).status;
    const counts = { desired, replicas, ready, idle, busy, asleep, failed, updated };
    const wanted = { desired: 4, replicas: 4, ready: 2, idle: 1, busy: 1, asleep: 1, failed: 1, updated: 3 };
    assert.deepEqual(counts, wanted);
  });
});

function facts(change: Partial<PoolFacts>): PoolFacts {
  return {
    pool: pool({ replicas: 1 }),
    template: template(),
    revision: 'r1',
    views: [],
    waitingClaims: 0,
    outstanding: 0,
    obstacle: null,
    now: NOW,
    ...change,
  };
}

function stepsOf(change: Partial<PoolFacts>): string {
  const steps = planPool(facts(change)).actions.map((action) =>
    action.do === 'create'
      ? `create ${action.names.join(' ')}`
      : `${action.do} ${action.agent.metadata.name}`,
  );
  return steps.join(', ');
}

function numbered(count: number): string {
  return Array.from({ length: count }, (_, number) => `builders-${number}`).join(' ');
}
