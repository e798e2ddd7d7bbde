/** The plan for a model policy: for which teams it speaks, and its status once the gateway has answered. Pure. */
import type { FleetPolicyResult } from '@spectral/proto/wire';
import type { Existing } from '../cluster/index.ts';
import type { ModelPolicy, ModelPolicyStatus } from '../kinds/index.ts';
import { nextConditions, type Judgement } from './conditions.ts';
import type { Reason } from './reasons.ts';

/** The teams of `policy` that no older policy names. */
export function teamsRuledBy(policy: Existing<ModelPolicy>, all: readonly Existing<ModelPolicy>[]): string[] {
  const older = all.filter((other) => isOlder(other, policy));
  const taken = new Set(older.flatMap(({ spec }) => spec.teams));
  return policy.spec.teams.filter((team) => !taken.has(team));
}

export type PolicyOutcome =
  | { readonly team: string; readonly result: FleetPolicyResult }
  | {
      readonly team: string;
      readonly failed: Extract<Reason, 'GatewayUnreachable' | 'GatewayRefused'>;
      readonly message: string;
    };

export function policyStatus(
  policy: Existing<ModelPolicy>,
  outcomes: readonly PolicyOutcome[],
  now: number,
): ModelPolicyStatus {
  const { generation } = policy.metadata;
  const results = outcomes.flatMap((outcome) => ('result' in outcome ? [outcome.result] : []));
  const unmatched = [...new Set(results.flatMap((result) => result.unmatched))].toSorted();
  const judged = [synced(policy, outcomes)];
  return {
    ...(generation === undefined ? {} : { observedGeneration: generation }),
    ...(results.length === 0 ? {} : { granted: Math.min(...results.map(({ granted }) => granted.length)) }),
    ...(unmatched.length === 0 ? {} : { unmatched }),
    conditions: nextConditions(policy.status?.conditions, judged, { generation, now }),
  };
}

function synced(policy: Existing<ModelPolicy>, outcomes: readonly PolicyOutcome[]): Judgement {
  const type = 'Synced';
  const failed = outcomes.find((outcome) => 'failed' in outcome);
  if (failed && 'failed' in failed)
    return {
      type,
      status: 'False',
      reason: failed.failed,
      message: `Team ${failed.team}: ${failed.message}`,
    };
  const missing = policy.spec.teams.filter((team) => !outcomes.some((outcome) => outcome.team === team));
  if (missing.length > 0)
    return {
      type,
      status: 'False',
      reason: 'TeamTaken',
      message: `An older policy names ${missing.join(', ')}.`,
    };
  return { type, status: 'True', reason: 'Synced' };
}

function isOlder(one: Existing<ModelPolicy>, other: Existing<ModelPolicy>): boolean {
  const [a, b] = [one.metadata, other.metadata];
  if (a.uid === b.uid) return false;
  const difference = Date.parse(a.creationTimestamp) - Date.parse(b.creationTimestamp);
  return difference === 0 ? `${a.namespace}/${a.name}` < `${b.namespace}/${b.name}` : difference < 0;
}
