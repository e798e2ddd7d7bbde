/** A pool called `builders` and what there is of it, as tests ask for it. */
import type { Existing } from '../../src/cluster/index.ts';
import {
  AGENT_CLAIMS,
  AGENT_POOLS,
  AGENT_TEMPLATES,
  API_VERSION,
  PODS,
  type Agent,
} from '../../src/kinds/index.ts';
import { LABEL } from '../../src/objects/labels.ts';
import { NAMESPACE, pool, startFleetSite, template, type FleetSite } from './start-operator.ts';

/** With one operator, once as many machines are ready as wanted. */
export async function fleetOf(
  spec: Record<string, unknown>,
  change: Record<string, unknown> = {},
): Promise<FleetSite> {
  const site = await startFleetSite();
  await site.user.create(AGENT_TEMPLATES, template('standard', change));
  await site.user.create(AGENT_POOLS, pool('builders', spec));
  site.operator();
  await site.until('the pool is as wanted', async () => {
    const status = (await site.pool('builders'))?.status;
    return status?.desired !== undefined && (status.ready ?? 0) >= status.desired;
  });
  return site;
}

export async function scaleTo(site: FleetSite, replicas: number): Promise<void> {
  await site.user.mergePatch(AGENT_POOLS, NAMESPACE, 'builders', { spec: { replicas } });
}

export async function labelOf(site: FleetSite, agent: Existing<Agent>): Promise<string | undefined> {
  return (await site.user.get(PODS, NAMESPACE, agent.metadata.name))?.metadata.labels?.[LABEL.busy];
}

export async function phaseOf(site: FleetSite): Promise<string | undefined> {
  return (await site.agents())[0]?.status?.phase;
}

export async function namesOf(site: FleetSite): Promise<string[]> {
  return (await site.agents()).map(({ metadata }) => metadata.name);
}

/** Last digits of the images that run. */
export async function imagesOf(site: FleetSite): Promise<string> {
  const images = (await site.pods()).map(
    ({ spec }) => JSON.stringify(spec['containers']).match(/sha256:(\d)/)?.[1] ?? 'none',
  );
  return images.toSorted().join(' ');
}

export async function claim(site: FleetSite, name: string, requestedBy: string): Promise<void> {
  const metadata = { name, namespace: NAMESPACE };
  const spec = { poolRef: { name: 'builders' }, requestedBy };
  await site.user.create(
    AGENT_CLAIMS,
    AGENT_CLAIMS.parse({ apiVersion: API_VERSION, kind: 'AgentClaim', metadata, spec }),
  );
}

export async function phaseOfClaim(site: FleetSite, name: string): Promise<string | undefined> {
  return (await site.user.get(AGENT_CLAIMS, NAMESPACE, name))?.status?.phase;
}
