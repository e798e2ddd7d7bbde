/** One template, from what is found to what is done about it: its network policy before any pod. */
import { keyOf, partsOfKey } from '../cluster/index.ts';
import { AGENT_TEMPLATES, NETWORK_POLICIES } from '../kinds/index.ts';
import { MANAGER } from '../objects/labels.ts';
import { networkPolicy, networkPolicyName } from '../objects/network-policy.ts';
import { planTemplate } from '../plan/index.ts';
import { agentsOf } from './found.ts';
import { RECHECK_MS, soonest, type Kit } from './kit.ts';

export function createTemplateReconciler(kit: Kit) {
  const { world, cluster, timers } = kit;

  /** Gives the milliseconds until it should run again. */
  return async (key: string): Promise<number | void> => {
    const { namespace, name } = partsOfKey(key);
    const template = world.templates.get(namespace, name);
    if (!template) return undefined;
    if (kit.freshness.isStale(template)) return RECHECK_MS;
    const wantedPolicy = networkPolicy(template, kit.homeNamespace);
    const plan = planTemplate({
      template,
      usedBy: usedBy(kit, namespace, name),
      policy: world.networkPolicies.get(namespace, networkPolicyName(template)) ?? null,
      wantedPolicy,
      now: timers.now(),
    });
    if (plan.applyPolicy)
      await cluster.apply(NETWORK_POLICIES, wantedPolicy, { manager: MANAGER, force: true });
    const writeAgainMs = await kit.statuses.write(AGENT_TEMPLATES, template, {
      status: plan.status,
      haste: 'soon',
    });
    return soonest(writeAgainMs);
  };
}

function usedBy(kit: Kit, namespace: string, name: string): number {
  const key = keyOf(namespace, name);
  const inPools = kit.world.pools.by('template', key).map((pool) => agentsOf(kit, pool).length);
  return inPools.reduce((sum, count) => sum + count, kit.world.agents.by('template', key).length);
}
