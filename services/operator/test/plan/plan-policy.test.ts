import assert from 'node:assert/strict';
import type { Existing } from '../../src/cluster/index.ts';
import { API_VERSION, MODEL_POLICIES, type ModelPolicy } from '../../src/kinds/index.ts';
import { policyStatus, teamsRuledBy } from '../../src/plan/plan-policy.ts';
import { NOW, at, meta } from '../support/facts.ts';

const older = policy('older', ['builders', 'testers'], 100);
const younger = policy('younger', ['testers', 'writers'], 50);

describe('the plan of a model policy', () => {
  it('a team that two policies name follows the older one', () => {
    assert.deepEqual(teamsRuledBy(older, [older, younger]), ['builders', 'testers']);
    assert.deepEqual(teamsRuledBy(younger, [older, younger]), ['writers']);
  });

  it('of two that were made at once, the first by name', () => {
    const [a, b] = [policy('a', ['builders'], 10), policy('b', ['builders'], 10)];
    assert.deepEqual([teamsRuledBy(a, [a, b]), teamsRuledBy(b, [a, b])], [['builders'], []]);
  });

  it('is synced when the gateway took it for every team', () => {
    const outcomes = ['builders', 'testers'].map((team) => ({ team, result: granted(3, ['gpt-*']) }));
    const status = policyStatus(older, outcomes, NOW);
    assert.deepEqual([status.granted, status.unmatched, synced(status)], [3, ['gpt-*'], 'Synced']);
  });

  it('says which team another policy has, and what the gateway refused', () => {
    assert.equal(synced(policyStatus(younger, [{ team: 'writers', result: granted(1) }], NOW)), 'TeamTaken');
    const refused = { team: 'builders', failed: 'GatewayRefused', message: 'no such team' } as const;
    assert.equal(synced(policyStatus(older, [refused], NOW)), 'GatewayRefused');
  });
});

function policy(name: string, teams: readonly string[], secondsAgo: number): Existing<ModelPolicy> {
  const base = {
    apiVersion: API_VERSION,
    kind: 'ModelPolicy',
    metadata: { name },
    spec: { teams, allow: ['*'] },
  };
  return { ...MODEL_POLICIES.parse(base), metadata: meta(name, { creationTimestamp: at(secondsAgo) }) };
}

function granted(count: number, unmatched: readonly string[] = []) {
  return { teamId: 't', granted: Array.from({ length: count }, (_, number) => `model-${number}`), unmatched };
}

function synced(status: ReturnType<typeof policyStatus>): string | undefined {
  return status.conditions?.[0]?.reason;
}
