import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { AgentStatus } from '../../src/kinds/index.ts';
import { orderedJson } from '../../src/objects/revision.ts';
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

const secondsAgo = fc.constantFrom(-600, -1, 1, 30, 400, 2_400, 6_000);
const anyTime = secondsAgo.map(at);
const maybe = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: undefined });

const anyStatus: fc.Arbitrary<AgentStatus> = fc
  .record({
    phase: maybe(fc.constantFrom('starting', 'ready', 'asleep', 'waking', 'failed', 'draining')),
    hibernatedAt: maybe(anyTime),
    backoffUntil: maybe(anyTime),
    machineId: maybe(fc.constant('m1')),
    used: maybe(fc.boolean()),
    failures: maybe(fc.array(anyTime, { maxLength: 3 })),
  })
  .map(withoutUndefined);

const anyAgent = fc
  .record({
    metadata: fc
      .record({
        deletionTimestamp: maybe(anyTime),
        annotations: maybe(
          fc.constantFrom({ 'spectral.dev/retire': 'Retiring' }, { 'spectral.dev/paused': 'true' }),
        ),
      })
      .map(withoutUndefined),
    spec: fc
      .record({
        mode: fc.constantFrom('Running', 'Hibernated', 'Cordoned'),
        wakeOn: fc.constantFrom('Prompt', 'Never'),
        hold: maybe(fc.record({ until: anyTime })),
        owner: maybe(fc.constant('ada@example.com')),
      })
      .map(withoutUndefined),
    status: anyStatus,
  })
  .map((change) => agent(change));

const anyPodStatus = fc.oneof(
  secondsAgo.map((seconds) => runningSince(Math.max(0, seconds))),
  fc.constantFrom('ImagePullBackOff', 'ContainerCreating').map((reason) => waitingFor(reason)),
  fc.constant(waitingFor('CrashLoopBackOff', 4)),
  fc.constantFrom<NonNullable<Parameters<typeof pod>[0]>>(
    { phase: 'Pending' },
    { phase: 'Failed', reason: 'Evicted' },
    { phase: 'Failed' },
    { ...runningSince(50), conditions: [{ type: 'Ready', status: 'Unknown' }] },
  ),
);
const anyPod = fc
  .tuple(anyPodStatus, fc.record({ deletionTimestamp: maybe(anyTime) }).map(withoutUndefined))
  .map(([status, metadata]) => pod(status, metadata));

const anyActivity = fc.option(
  fc
    .record({
      state: fc.constantFrom('idle', 'busy', 'drained', 'unknown'),
      cordon: fc.constantFrom(null, FENCE - 1, FENCE),
      prompts: fc.constantFrom(0, 5),
      lastTurnEndedAt: fc.option(secondsAgo.map((seconds) => NOW - seconds * 1_000)),
      isNew: fc.boolean(),
    })
    .map(({ state, cordon, isNew, ...rest }) => {
      const known = activity(state, { ...rest, cordon: state === 'drained' ? (cordon ?? FENCE) : cordon });
      return state === 'unknown' && isNew ? { ...known, lastSeenAt: null } : known;
    }),
);

const anyFacts: fc.Arbitrary<AgentFacts> = fc
  .record({
    agent: anyAgent,
    pool: fc.constantFrom(null, pool({ replicas: 3 }), pool({ autoscale: { maxAgents: 9 } })),
    template: fc.constantFrom(null, template(), template({ lifecycle: { hibernateAfter: '5m' } })),
    revision: fc.constantFrom('r1', 'r2'),
    pods: fc.array(anyPod, { maxLength: 2 }),
    volume: fc.constantFrom(null, volume(), volume({ deletionTimestamp: at(3) })),
    activity: anyActivity,
    fleet: fc.constantFrom<AgentFacts['fleet']>(
      'unknown',
      null,
      machine(),
      machine({ enrolled: false }),
      machine({ wakeRequestedAt: at(1) }),
    ),
    isFenced: fc.boolean(),
    mayUpdate: fc.boolean(),
    poolStalled: fc.boolean(),
    obstacle: fc.constantFrom<AgentFacts['obstacle']>(
      null,
      { reason: 'QuotaExceeded', message: '', until: NOW + 5_000 },
      { reason: 'GatewayUnreachable', message: '', until: NOW - 5_000 },
    ),
  })
  .map((change) => facts(change));

const RUNS = { numRuns: 1_500 };

describe('the plan of a machine, whatever is found', () => {
  it('a pod whose turn runs, or of which nothing is known, stays, but for a deletion that waited long enough', () => {
    fc.assert(
      fc.property(anyFacts, (found) => {
        const deletion = planAgent(found).actions.find((action) => action.do === 'delete-pod');
        if (!deletion) return;
        if (deletion.proof === 'timeout') return assert.ok(isLongDeleted(found));
        assert.notEqual(found.activity?.state === 'busy' && processRuns(found), true);
        if (deletion.proof === 'drained') assert.equal(found.activity?.activity?.cordon, found.fence);
        if (processRuns(found) && deletion.proof !== 'drained')
          assert.equal(deletion.proof, 'never-enrolled');
        if (found.activity === null) assert.equal(processRuns(found), false);
      }),
      RUNS,
    );
  });

  it('an Agent retires only when no turn can be cut', () => {
    fc.assert(
      fc.property(anyFacts, (found) => {
        if (!planAgent(found).actions.some((action) => action.do === 'delete-agent')) return;
        assert.ok(found.pods.length === 0 || !processRuns(found) || found.activity?.state !== 'busy');
      }),
      RUNS,
    );
  });

  it('a pod is made only where there is none, behind a network policy, and not while one sleeps', () => {
    fc.assert(
      fc.property(anyFacts, (found) => {
        const { actions, status } = planAgent(found);
        if (!actions.some((action) => action.do === 'start-pod')) return;
        assert.deepEqual([found.pods.length, found.isFenced, found.poolStalled], [0, true, false]);
        assert.equal(status.hibernatedAt, undefined);
        assert.equal(found.agent.metadata.deletionTimestamp, undefined);
      }),
      RUNS,
    );
  });

  it('the status it gives, found again, stays as it is and is told of no more', () => {
    fc.assert(
      fc.property(anyFacts, (found) => {
        const first = planAgent(found);
        const second = planAgent({ ...found, agent: { ...found.agent, status: first.status } });
        const third = planAgent({ ...found, agent: { ...found.agent, status: second.status } });
        assert.equal(orderedJson(third.status), orderedJson(second.status));
        assert.deepEqual(third.events.filter(isTransition), []);
      }),
      RUNS,
    );
  });

  it('an Agent is let go only without a pod, and revoked before, unless the gateway is away for too long', () => {
    fc.assert(
      fc.property(anyFacts, (found) => {
        const names = planAgent(found).actions.map((action) => action.do);
        if (!names.includes('drop-finalizer')) return;
        assert.equal(found.pods.length, 0);
        const hasMachine =
          found.agent.status?.machineId !== undefined || (found.fleet !== null && found.fleet !== 'unknown');
        if (hasMachine && !isLongDeleted(found)) assert.ok(names.includes('revoke'));
        if (names.includes('revoke')) assert.ok(names.indexOf('revoke') < names.indexOf('drop-finalizer'));
      }),
      RUNS,
    );
  });
});

function processRuns({ pods }: AgentFacts): boolean {
  return pods[0]?.status?.containerStatuses?.[0]?.state.running !== undefined;
}

function isLongDeleted({ agent: { metadata }, now }: AgentFacts): boolean {
  return now - Date.parse(metadata.deletionTimestamp ?? at(0)) >= 30 * 60_000;
}

function isTransition({ reason }: { readonly reason: string }): boolean {
  return reason !== 'Deleted';
}

type Defined<T> = { [Key in keyof T]: Exclude<T[Key], undefined> };

function withoutUndefined<T extends object>(value: T): Partial<Defined<T>> {
  const entries = Object.entries(value).filter(([, field]) => field !== undefined);
  return Object.fromEntries(entries) as Partial<Defined<T>>;
}
