import assert from 'node:assert/strict';
import { MACHINE_TOKEN_LIFE_MS } from '@spectral/proto/wire';
import type { AgentFacts } from '../../src/plan/agent-facts.ts';
import { planAgent } from '../../src/plan/plan-agent.ts';
import {
  FENCE,
  NOW,
  activity,
  agent,
  at,
  facts,
  machine,
  pod,
  pool,
  runningSince,
  template,
  volume,
  waitingFor,
} from '../support/facts.ts';

const deleted = agent({ metadata: { deletionTimestamp: at(10) } });
const longDeleted = agent({ metadata: { deletionTimestamp: at(31 * 60) } });
const retiring = agent({ metadata: { annotations: { 'spectral.dev/retire': 'Retiring' } } });
const asleep = agent({ status: { hibernatedAt: at(600), phase: 'asleep' } });
const never = { ...activity('unknown'), lastSeenAt: null };
const silent = activity('unknown');
const sleepy = template({ lifecycle: { hibernateAfter: '1m' } });
const olderCordon = activity('drained', { cordon: FENCE - 1 });
const outdated = { revision: 'r2' };
const down = pod(waitingFor('CrashLoopBackOff', 3));
const notStarted = pod({ phase: 'Pending' });
const failed = pod({ phase: 'Failed' });
const fresh = activity('idle', { prompts: 0 });

/** What was found, and the steps that follow, with proof where there is one. */
const TABLE: readonly (readonly [string, Partial<AgentFacts>, string])[] = [
  ['nothing but the Agent', { pods: [], volume: null, fleet: null }, 'create-volume, start-pod'],
  [
    'an Agent someone made by hand',
    { agent: agent({ metadata: { finalizers: [] } }), pods: [] },
    'add-finalizer, start-pod',
  ],
  ['no template', { template: null, pods: [] }, ''],
  ['no network policy', { isFenced: false, pods: [] }, ''],
  ['a disk that is being deleted', { volume: volume({ deletionTimestamp: at(1) }), pods: [] }, ''],
  ['a pool that is stalled', { poolStalled: true, pods: [] }, ''],
  ['a wait after a failure', { agent: agent({ status: { backoffUntil: at(-5) } }), pods: [] }, ''],
  ['all as it should be', {}, ''],
  ['a turn', { activity: activity('busy') }, 'mark-busy true'],
  ['a relay that is silent', { activity: null }, 'mark-busy unknown'],
  ['a cordon nobody wants', { activity: activity('drained') }, 'uncordon'],
  ['mode Cordoned', { agent: agent({ spec: { mode: 'Cordoned' } }) }, 'cordon'],

  ['long idle', { template: sleepy }, 'cordon'],
  ['long idle and drained', { template: sleepy, activity: activity('drained') }, 'delete-pod drained'],
  ['drained under an older leader', { template: sleepy, activity: olderCordon }, 'cordon'],
  ['long idle, and held', { template: sleepy, agent: agent({ spec: { hold: { until: at(-60) } } }) }, ''],
  ['long idle, and a prompt waits', { template: sleepy, fleet: machine({ wakeRequestedAt: at(1) }) }, ''],
  [
    'a fresh spare of a pool that scales',
    { template: sleepy, activity: fresh, pool: pool({ autoscale: { maxAgents: 3 } }) },
    '',
  ],
  [
    'asked to sleep, with a turn',
    { agent: agent({ spec: { mode: 'Hibernated' } }), activity: activity('busy') },
    'mark-busy true',
  ],
  ['asleep', { agent: asleep, pods: [] }, ''],
  [
    'asleep, and a prompt came',
    { agent: asleep, pods: [], fleet: machine({ wakeRequestedAt: at(1) }) },
    'start-pod',
  ],
  [
    'asleep for good, and a prompt came',
    {
      agent: agent({ ...asleep, spec: { wakeOn: 'Never' } }),
      pods: [],
      fleet: machine({ wakeRequestedAt: at(1) }),
    },
    '',
  ],

  ['a new revision, idle', outdated, 'cordon'],
  ['a new revision, not its turn', { ...outdated, mayUpdate: false }, ''],
  ['a new revision, busy', { ...outdated, activity: activity('busy') }, 'mark-busy true'],
  [
    'a new revision, a moment after a turn',
    { ...outdated, activity: activity('idle', { lastTurnEndedAt: NOW - 1_000 }) },
    '',
  ],
  ['a new revision, drained', { ...outdated, activity: activity('drained') }, 'delete-pod drained'],
  [
    'a new revision, its process down',
    { ...outdated, pods: [down], activity: silent },
    'delete-pod no-process',
  ],
  [
    'a new revision, not started',
    { ...outdated, pods: [notStarted], activity: never },
    'delete-pod no-process',
  ],
  ['a pod that ended', { pods: [failed], activity: silent }, 'delete-pod no-process'],
  [
    'a process that never enrolled',
    { activity: never, fleet: machine({ enrolled: false }) },
    'delete-pod never-enrolled',
  ],
  ['a process that had enrolled and is not seen', { activity: silent }, 'mark-busy unknown'],
  [
    'a process that never enrolled, by a gateway that is away',
    { activity: never, fleet: 'unknown' },
    'mark-busy unknown',
  ],

  ['to retire, idle', { agent: retiring }, 'cordon'],
  ['to retire, drained', { agent: retiring, activity: activity('drained') }, 'delete-agent'],
  ['to retire, busy', { agent: retiring, activity: activity('busy') }, 'keep-agent, mark-busy true'],
  ['to retire, unheard of', { agent: retiring, activity: null }, 'mark-busy unknown'],
  [
    'to retire, asleep',
    { agent: agent({ ...asleep, metadata: retiring.metadata }), pods: [] },
    'delete-agent',
  ],

  ['deleted, busy', { agent: deleted, activity: activity('busy') }, 'cordon, mark-busy true'],
  ['deleted, draining', { agent: deleted, activity: activity('busy', { cordon: FENCE }) }, 'mark-busy true'],
  ['deleted, drained', { agent: deleted, activity: activity('drained') }, 'delete-pod drained'],
  ['deleted, unheard of', { agent: deleted, activity: null }, 'mark-busy unknown'],
  ['deleted, busy for too long', { agent: longDeleted, activity: activity('busy') }, 'delete-pod timeout'],
  ['deleted, without a pod', { agent: deleted, pods: [] }, 'revoke, drop-finalizer'],
  [
    'deleted, its disk to stay',
    { agent: deleted, pods: [], volume: kept() },
    'revoke, release-volume, drop-finalizer',
  ],
  ['deleted before the gateway knew it', { agent: deleted, pods: [], fleet: null }, 'drop-finalizer'],
  ['deleted, the gateway away', { agent: deleted, pods: [], fleet: 'unknown' }, ''],
  [
    'deleted, the gateway away for too long',
    { agent: longGone(), pods: [], fleet: 'unknown' },
    'drop-finalizer',
  ],

  ['two pods', { pods: [pod(), pod()], agent: deleted }, ''],
  [
    'paused',
    { agent: agent({ metadata: { annotations: { 'spectral.dev/paused': 'true' } } }), pods: [] },
    '',
  ],
];

describe('the plan of a machine', () => {
  for (const [found, change, steps] of TABLE) {
    it(`${found}: ${steps || 'nothing to do'}`, () => {
      assert.equal(stepsOf(change), steps);
    });
  }

  it('a failure is counted once for each pod, and the wait doubles', () => {
    const first = planAgent(facts({ pods: [failed], activity: silent })).status;
    assert.equal(first.failures?.length, 1);
    assert.equal(first.backoffUntil, at(-10));

    const same = planAgent(
      facts({ agent: agent({ status: first }), pods: [failed], activity: silent }),
    ).status;
    assert.equal(same.failures?.length, 1);

    const next = pod({ phase: 'Failed' }, { uid: 'uid-next' });
    const second = planAgent(
      facts({ agent: agent({ status: first }), pods: [next], activity: silent }),
    ).status;
    assert.equal(second.failures?.length, 2);
    assert.equal(second.backoffUntil, at(-20));
  });

  it('a machine that is sound again forgets its failures', () => {
    const status = { failures: [at(700)], lastFailure: { reason: 'OOMKilled', message: '', podUID: 'x' } };
    const plan = planAgent(facts({ agent: agent({ status }), pods: [pod(runningSince(601))] }));
    assert.deepEqual([plan.status.failures, plan.status.lastFailure], [undefined, undefined]);
  });

  it('a machine is known to sleep before its pod goes', () => {
    const plan = planAgent(facts({ template: sleepy, activity: activity('drained') }));
    assert.equal(plan.status.hibernatedAt, at(0));
    assert.equal(plan.told.phase, 'draining');
  });

  it('looks again when it becomes due to sleep', () => {
    const plan = planAgent(facts({ template: template({ lifecycle: { hibernateAfter: '3m' } }) }));
    assert.equal(plan.lookAgainMs, 120_000);
  });

  it('a pod that waits for its place says so only after some seconds', () => {
    const status = {
      phase: 'Pending',
      conditions: [{ type: 'PodScheduled', status: 'False', reason: 'Unschedulable', message: 'no node' }],
    };
    const waits = (seconds: number) => {
      const pods = [{ ...pod(status, { creationTimestamp: at(seconds) }), spec: {} }];
      return planAgent(facts({ agent: agent({ status: { phase: 'starting' } }), pods, activity: never }));
    };

    assert.deepEqual([waits(1).told.reason, waits(1).events, waits(1).lookAgainMs], ['Starting', [], 14_000]);
    assert.deepEqual(waits(15).told, {
      phase: 'starting',
      reason: 'Unschedulable',
      message: 'no node',
      owner: null,
    });
    assert.deepEqual(
      waits(15).events.map(({ reason }) => reason),
      ['Unschedulable'],
    );
  });

  it('tells people nothing more of a machine that is well', () => {
    const { told } = planAgent(facts({ agent: agent({ spec: { owner: 'ada@example.com' } }) }));
    assert.deepEqual(told, { phase: 'ready', reason: '', message: '', owner: 'ada@example.com' });
  });

  it('tells of a transition once', () => {
    const found = { pods: [pod(waitingFor('ImagePullBackOff'))], activity: never };
    const first = planAgent(facts(found));
    assert.deepEqual(
      first.events.map(({ reason }) => reason),
      ['ImagePull'],
    );

    const again = planAgent(facts({ ...found, agent: agent({ status: first.status }) }));
    assert.deepEqual(again.events, []);
  });
});

function stepsOf(change: Partial<AgentFacts>): string {
  const { actions } = planAgent(facts(change));
  const words = actions.map((action) => {
    if (action.do === 'delete-pod') return `${action.do} ${action.proof}`;
    return action.do === 'mark-busy' ? `${action.do} ${action.busy}` : action.do;
  });
  return words.join(', ');
}

function kept() {
  const ownerReferences = [
    { apiVersion: 'spectral.dev/v1alpha1', kind: 'Agent', name: 'builders-0', uid: 'u' },
  ];
  return volume({ ownerReferences, annotations: { 'spectral.dev/when-deleted': 'Retain' } });
}

function longGone() {
  return agent({ metadata: { deletionTimestamp: at(30 * 60 + MACHINE_TOKEN_LIFE_MS / 1_000) } });
}
