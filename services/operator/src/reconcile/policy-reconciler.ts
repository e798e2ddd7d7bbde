/** One model policy: told to the gateway when it changes, and again now and then, should the gateway's list have changed. */
import { partsOfKey, type Existing } from '../cluster/index.ts';
import { MODEL_POLICIES, type ModelPolicy } from '../kinds/index.ts';
import { OutsideError } from '../outside/outside-error.ts';
import { policyStatus, teamsRuledBy, type PolicyOutcome } from '../plan/index.ts';
import { soonest, type Kit } from './kit.ts';

const TELL_AGAIN_MS = 600_000;
const TRY_AGAIN_MS = 15_000;

export function createPolicyReconciler(kit: Kit) {
  const { world, timers } = kit;
  /** By uid: what was told and when, and what came of it. */
  const told = new Map<string, { words: string; at: number; outcomes: readonly PolicyOutcome[] }>();

  const outcomesOf = async (policy: Existing<ModelPolicy>, teams: readonly string[]) => {
    const words = JSON.stringify([teams, policy.spec]);
    const last = told.get(policy.metadata.uid);
    const failed = last?.outcomes.some((outcome) => 'failed' in outcome) ?? false;
    const ageMs = timers.now() - (last?.at ?? 0);
    if (last?.words === words && ageMs < (failed ? TRY_AGAIN_MS : TELL_AGAIN_MS)) return last;
    const outcomes: PolicyOutcome[] = [];
    for (const team of teams) outcomes.push(await tell(kit, policy, team));
    const now = { words, at: timers.now(), outcomes };
    told.set(policy.metadata.uid, now);
    return now;
  };

  /** Gives the milliseconds until it should run again. */
  return async (key: string): Promise<number | void> => {
    const { namespace, name } = partsOfKey(key);
    const policy = world.policies.get(namespace, name);
    if (!policy || policy.metadata.deletionTimestamp !== undefined || kit.freshness.isStale(policy))
      return undefined;
    const { outcomes, at } = await outcomesOf(policy, teamsRuledBy(policy, world.policies.all()));
    const status = policyStatus(policy, outcomes, timers.now());
    const writeAgainMs = await kit.statuses.write(MODEL_POLICIES, policy, { status, haste: 'now' });
    const failed = outcomes.some((outcome) => 'failed' in outcome);
    return soonest(writeAgainMs, at + (failed ? TRY_AGAIN_MS : TELL_AGAIN_MS) - timers.now());
  };
}

async function tell({ gateway }: Kit, { spec }: ModelPolicy, team: string): Promise<PolicyOutcome> {
  const { allow, deny = [] } = spec;
  try {
    return { team, result: await gateway.setPolicy(team, { allow: [...allow], deny: [...deny] }) };
  } catch (error) {
    if (!(error instanceof OutsideError)) throw error;
    const failed = error.code === 'refused' ? 'GatewayRefused' : 'GatewayUnreachable';
    return { team, failed, message: error.message };
  }
}
