import assert from 'node:assert/strict';
import type { Existing } from '../../src/cluster/index.ts';
import { AGENT_CLAIMS, API_VERSION, type AgentClaim } from '../../src/kinds/index.ts';
import type { AgentView } from '../../src/plan/agent-view.ts';
import { planClaim } from '../../src/plan/plan-claim.ts';
import { NOW, agent, at, meta, view } from '../support/facts.ts';

describe('the plan of a claim', () => {
  it('takes a fresh, idle machine, of the newest revision first', () => {
    const views = [fresh('builders-0', { isOutdated: true }), fresh('builders-1'), fresh('builders-2')];
    assert.deepEqual(candidates(claim(), views), ['builders-1', 'builders-2', 'builders-0']);
  });

  it('never takes a machine that anyone used, that is busy, starting or unheard of', () => {
    const views = [
      view('builders-0'),
      fresh('builders-1', { standing: 'busy' }),
      fresh('builders-2', { standing: 'starting' }),
      fresh('builders-3', { standing: 'idle', isReady: false }),
      view('builders-4', { agent: agent({ spec: { owner: 'bob@example.com' } }, 'builders-4') }),
    ];
    const plan = planClaim({ claim: claim(), hasPool: true, views, now: NOW });
    assert.deepEqual(plan.candidates, []);
    assert.deepEqual([plan.status.phase, plan.status.conditions?.[0]?.reason], ['Pending', 'NoFreeAgent']);
  });

  it('prefers a machine of the same person, asleep or not', () => {
    const own = view('builders-3', {
      agent: agent({ spec: { owner: 'ada@example.com' } }, 'builders-3'),
      standing: 'asleep',
    });
    assert.deepEqual(candidates(claim(), [fresh('builders-0'), own]), ['builders-3', 'builders-0']);
  });

  it('is bound to the machine that names it, and says how long that took', () => {
    const { status, events } = planClaim({ claim: claim(), hasPool: true, views: [held()], now: NOW });
    assert.deepEqual(
      [status.phase, status.agentRef?.name, status.boundAt, status.waitedMs],
      ['Bound', 'builders-0', at(0), 30_000],
    );
    assert.deepEqual(
      events.map(({ reason }) => reason),
      ['Bound'],
    );
  });

  it('a claim that is bound is not told of again', () => {
    const first = planClaim({ claim: claim(), hasPool: true, views: [held()], now: NOW }).status;
    const later = planClaim({ claim: claim({}, first), hasPool: true, views: [held()], now: NOW + 60_000 });
    assert.deepEqual(later.status, first);
    assert.deepEqual(later.events, []);
  });

  it('ends when its ttl has passed since it was bound', () => {
    const limited = claim({ ttl: '1h' }, { phase: 'Bound', boundAt: at(3_599) });
    const before = planClaim({ claim: limited, hasPool: true, views: [held()], now: NOW });
    assert.deepEqual([before.status.phase, before.lookAgainMs], ['Bound', 1_000]);

    const after = planClaim({ claim: limited, hasPool: true, views: [held()], now: NOW + 1_000 });
    assert.deepEqual([after.status.phase, after.status.conditions?.[1]?.reason], ['Expired', 'TtlPassed']);
  });

  it('ends when no turn ran for its idleTtl, counted from its beginning at the earliest', () => {
    const limited = claim({ idleTtl: '10m' }, { phase: 'Bound', boundAt: at(300) });
    const idle = held({ idleSince: NOW - 9_000_000 });
    const plan = (now: number, one: AgentView) =>
      planClaim({ claim: limited, hasPool: true, views: [one], now }).status.phase;
    assert.equal(plan(NOW + 299_000, idle), 'Bound');
    assert.equal(plan(NOW + 300_000, idle), 'Expired');
    assert.equal(plan(NOW + 300_000, held({ standing: 'busy', idleSince: null })), 'Bound');
  });

  it('ends when its machine is gone, and stays ended', () => {
    const bound = claim({}, { phase: 'Bound', boundAt: at(10) });
    const { status } = planClaim({ claim: bound, hasPool: true, views: [], now: NOW });
    assert.deepEqual([status.phase, status.conditions?.[1]?.reason], ['Expired', 'AgentLost']);

    const later = planClaim({
      claim: claim({}, status),
      hasPool: true,
      views: [fresh('builders-1')],
      now: NOW,
    });
    assert.deepEqual([later.candidates, later.status], [[], status]);
  });

  it('says when there is no such pool', () => {
    const { status } = planClaim({ claim: claim(), hasPool: false, views: [], now: NOW });
    assert.equal(status.conditions?.[0]?.reason, 'PoolNotFound');
  });
});

function claim(spec: Record<string, unknown> = {}, status?: AgentClaim['status']): Existing<AgentClaim> {
  const given = { poolRef: { name: 'builders' }, requestedBy: 'ada@example.com', ...spec };
  const base = { apiVersion: API_VERSION, kind: 'AgentClaim', metadata: { name: 'first' }, spec: given };
  const metadata = meta('first', { creationTimestamp: at(30) });
  return { ...AGENT_CLAIMS.parse(base), ...(status === undefined ? {} : { status }), metadata };
}

function fresh(name: string, change: Partial<AgentView> = {}): AgentView {
  return view(name, { isFresh: true, ...change });
}

function held(change: Partial<AgentView> = {}): AgentView {
  const claimRef = { name: 'first', uid: 'uid-first', reuse: 'Never' };
  return view('builders-0', { agent: agent({ spec: { owner: 'ada@example.com', claimRef } }), ...change });
}

function candidates(one: Existing<AgentClaim>, views: readonly AgentView[]): string[] {
  const plan = planClaim({ claim: one, hasPool: true, views, now: NOW });
  return plan.candidates.map(({ metadata }) => metadata.name);
}
