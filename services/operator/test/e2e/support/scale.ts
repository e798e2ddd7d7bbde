/** What a large fleet costs its operator: time, writes to the API server, CPU and memory. */
import { setTimeout as delay } from 'node:timers/promises';
import { cpuMs, residentMb } from '../../../../../load-tests/src/support/processes.ts';
import { waitFor } from '../../../../../load-tests/src/support/wait.ts';
import type { Call } from '../../support/api-server-door.ts';
import { MERGE_PATCH } from '../../support/api-server-client.ts';
import { HOME_NAMESPACE } from './chart.ts';
import { startFleetSite, type FleetSite } from './fleet-site.ts';
import { fleetOf, type Fleet } from './fleet.ts';
import { linkedPods, type LinkedPods } from './linked-pods.ts';
import { startScriptedHome, type ScriptedHome } from './scripted-home.ts';

const LIMIT_MS = 240_000;
const LEASE = `/apis/coordination.k8s.io/v1/namespaces/${HOME_NAMESPACE}/leases/test-spectral-operator`;

export interface ScaleSite extends FleetSite<ScriptedHome> {
  readonly fleet: Fleet;
  /** What must never happen and did. */
  readonly faults: readonly string[];
}

/** Pods without processes, and a gateway and a relay in memory: what is left is the operator's own work. */
export async function startScaleSite(): Promise<ScaleSite> {
  const played: { pods: LinkedPods | null } = { pods: null };
  const site = await startFleetSite({
    startHome: startScriptedHome,
    player({ server, home }) {
      played.pods = linkedPods(server.admin, home);
      return played.pods.player;
    },
  });
  return { ...site, fleet: fleetOf(site.server.admin), faults: played.pods?.faults ?? [] };
}

export interface RampFigures {
  readonly ms: number;
  /** Of the operator, its Lease left out. */
  readonly writesPerMachine: number;
  /** The same by what was written, most first, as in `1.00 POST pods`. */
  readonly writesByKind: readonly string[];
}

/** From nothing to `pools` pools of `each` machines, all ready. */
export async function rampUp({ fleet, door }: ScaleSite, pools: number, each: number): Promise<RampFigures> {
  const names = Array.from({ length: pools }, (_, index) => `pool-${index}`);
  const before = door.writes().length;
  await fleet.makeTemplate('large');
  const began = performance.now();
  for (const name of names)
    await fleet.makePool(name, { templateRef: { name: 'large' }, team: 'acme', replicas: each });
  const isReady = async (name: string) => (await fleet.pool(name)).status?.ready === each;
  for (const name of names) await waitFor(`${name} to be ready`, LIMIT_MS, () => isReady(name), 250);
  const ms = performance.now() - began;
  await delay(5_000); // what is still written of it
  const writes = ownWrites(door.writes().slice(before));
  const machines = pools * each;
  return { ms, writesPerMachine: writes.length / machines, writesByKind: byKind(writes, machines) };
}

function byKind(writes: readonly Call[], machines: number): string[] {
  const counts = new Map<string, number>();
  for (const { method, path } of writes) {
    // …/namespaces/<namespace>/<resource>[/<name>[/<part>]]
    const [resource = path, , part] =
      new URL(path, 'https://door').pathname.split('/namespaces/')[1]?.split('/').slice(1) ?? [];
    const what = `${method} ${part === undefined ? resource : `${resource}/${part}`}`;
    counts.set(what, (counts.get(what) ?? 0) + 1);
  }
  return [...counts]
    .toSorted(([, one], [, other]) => other - one)
    .map(([what, count]) => `${(count / machines).toFixed(2)} ${what}`);
}

export interface RestFigures {
  readonly writes: readonly string[];
  /** Part of one core, 0 to 1. */
  readonly cpuShare: number;
  readonly memoryMb: number;
}

/** A fleet at rest, watched for `ms`. */
export async function watchAtRest({ door, operator }: ScaleSite, ms: number): Promise<RestFigures> {
  const from = door.writes().length;
  const cpuBefore = cpuMs(operator.pid());
  const began = performance.now();
  await delay(ms);
  const cpuShare = (cpuMs(operator.pid()) - cpuBefore) / (performance.now() - began);
  const writes = ownWrites(door.writes().slice(from)).map(({ method, path }) => `${method} ${path}`);
  return { writes, cpuShare, memoryMb: residentMb(operator.pid()) };
}

/** Milliseconds from a claim to its machine, where a fresh one waits. */
export async function claimWarm({ fleet }: ScaleSite): Promise<number> {
  await fleet.makePool('warm', {
    templateRef: { name: 'large' },
    team: 'acme',
    autoscale: { minIdle: 1, maxAgents: 3 },
  });
  await waitFor('a spare', LIMIT_MS, async () => (await fleet.pool('warm')).status?.ready === 1);
  const began = performance.now();
  await fleet.make('agentclaims', 'AgentClaim', 'one', {
    poolRef: { name: 'warm' },
    requestedBy: 'ana@example.com',
  });
  await waitFor('the claim to be bound', LIMIT_MS, async () => {
    const { status } = (await fleet.claim('one')) as { readonly status?: { readonly phase?: string } };
    return status?.phase === 'Bound';
  });
  return performance.now() - began;
}

/**
 * Kills the operator `kills` times while it brings up `machines`, each time at a write of its own: before the API
 * server hears of it, or after, without the answer. Its Lease is given back at once, so that the next one need not wait
 * for it to expire. Gives the milliseconds from the last start until all are ready.
 */
export async function killWhileScaling(
  site: ScaleSite,
  machines: number,
  kills: number,
  random: () => number,
): Promise<number> {
  const { fleet, door, operator } = site;
  await fleet.makeTemplate('killed');
  await fleet.makePool('killed', { templateRef: { name: 'killed' }, team: 'acme', replicas: machines });
  for (let kill = 0; kill < kills; kill += 1) {
    const struck = strikeAt(site, 1 + Math.floor(random() * STRIKE_WITHIN), random() < 0.5);
    await Promise.race([struck, delay(QUIET_MS)]); // a fleet that is complete writes nothing to be struck at
    door.disturb(() => null);
    await operator.stop('SIGKILL');
    await site.server.admin.patch(LEASE, MERGE_PATCH, { spec: { holderIdentity: '' } });
    await operator.start({ awaitReady: false });
  }
  const began = performance.now();
  const isReady = async () => (await fleet.pool('killed')).status?.ready === machines;
  await waitFor(`all ${machines} to be ready`, LIMIT_MS, isReady, 250);
  return performance.now() - began;
}

const STRIKE_WITHIN = 15;
const QUIET_MS = 6_000;

/** Resolves when the `count`-th write from now was cut off; nothing passes after it. */
function strikeAt({ door }: ScaleSite, count: number, afterEffect: boolean): Promise<void> {
  return new Promise((resolve) => {
    let left = count;
    door.disturb((call) => {
      if (isOwnWrite(call)) left -= 1;
      if (left > 0) return null;
      resolve();
      return left === 0 && afterEffect ? { kind: 'lose-answer' } : { kind: 'drop' };
    });
  });
}

function ownWrites(calls: readonly Call[]): Call[] {
  return calls.filter(isOwnWrite);
}

/** Renewing the Lease is no work on the fleet. */
function isOwnWrite({ method, path }: Call): boolean {
  return method !== 'GET' && !path.includes('/leases');
}
