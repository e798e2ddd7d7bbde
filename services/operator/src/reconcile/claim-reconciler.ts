/** One claim, from what is found to what is done about it. */
import type { Histogram } from '@spectral/common';
import { isClusterError, keyOf, partsOfKey, type Existing } from '../cluster/index.ts';
import { AGENTS, AGENT_CLAIMS, type Agent, type AgentClaim } from '../kinds/index.ts';
import { planClaim } from '../plan/index.ts';
import { viewsOf } from './found.ts';
import { RECHECK_MS, soonest, type Kit } from './kit.ts';

export function createClaimReconciler(kit: Kit & { readonly claimWait: Histogram }) {
  const { world, freshness, timers } = kit;

  /** Gives the milliseconds until it should run again. */
  return async (key: string): Promise<number | void> => {
    const { namespace, name } = partsOfKey(key);
    const claim = world.claims.get(namespace, name);
    if (!claim || claim.metadata.deletionTimestamp !== undefined) return undefined;
    const pool = world.pools.get(namespace, claim.spec.poolRef.name);
    const views = pool ? viewsOf(kit, pool) : [];
    if (freshness.isStale(claim) || views.some(({ agent }) => freshness.isStale(agent))) return RECHECK_MS;
    const plan = planClaim({ claim, hasPool: pool !== undefined, views, now: timers.now() });
    if (await bindFirst(kit, claim, plan.candidates)) return RECHECK_MS;
    for (const event of plan.events) kit.events.record(claim, event);
    const { waitedMs } = plan.status;
    if (claim.status?.waitedMs === undefined && waitedMs !== undefined)
      kit.claimWait.record(waitedMs / 1_000);
    const haste = claim.status?.phase === plan.status.phase ? 'soon' : 'now';
    const writeAgainMs = await kit.statuses.write(AGENT_CLAIMS, claim, { status: plan.status, haste });
    return soonest(plan.lookAgainMs, writeAgainMs);
  };
}

/**
 * Gives the claim the first Agent that is still as it was seen: the version makes sure that two claims never get the
 * same one. Whether one was bound.
 */
async function bindFirst(
  { cluster, freshness, counters }: Kit,
  claim: Existing<AgentClaim>,
  candidates: readonly Existing<Agent>[],
): Promise<boolean> {
  const { name: claimName, uid: claimUid } = claim.metadata;
  const { requestedBy, reuse } = claim.spec;
  const spec = { owner: requestedBy, claimRef: { name: claimName, uid: claimUid, reuse } };
  for (const { metadata } of candidates) {
    const { namespace, name, uid, resourceVersion } = metadata;
    try {
      freshness.wrote(
        await cluster.mergePatch(AGENTS, namespace, name, { metadata: { uid, resourceVersion }, spec }),
      );
      counters.claimsBound += 1;
      return true;
    } catch (error) {
      if (!isClusterError(error, 'conflict', 'not-found')) throw error;
    }
  }
  return false;
}

export function claimKey({ metadata }: Existing<AgentClaim>): string {
  return keyOf(metadata.namespace, metadata.name);
}
