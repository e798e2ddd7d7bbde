/**
 * Plays pods without a process: each trades its enrolment token and counts as connected to the scripted relay, as
 * `spectral serve` would be. What must never happen is written down.
 */
import { setTimeout as delay } from 'node:timers/promises';
import type { ApiClient, KubeJson } from '../../support/api-server-client.ts';
import type { PodJson, PodPlayer } from '../../support/scripted-kubelet.ts';
import type { ScriptedHome } from './scripted-home.ts';

/** About what a process takes until it is connected. */
const START_MS = 200;
const RETRY_MS = 300;

export interface LinkedPods {
  readonly player: PodPlayer;
  /** Two processes for one machine, a turn that was cut. */
  readonly faults: readonly string[];
}

export function linkedPods(admin: ApiClient, { gateway, relay }: ScriptedHome): LinkedPods {
  const faults: string[] = [];
  /** Machine by the claim its disk was made for. */
  const disks = new Map<string, string>();
  const running = new Set<string>();

  const identityOf = async (pod: PodJson): Promise<string | null> => {
    const claim = claimOf(pod);
    const known = disks.get(claim);
    if (known !== undefined && !gateway.isRevoked(known)) return known;
    const machineId = gateway.trade(await tokenOf(admin, pod));
    if (machineId !== null) disks.set(claim, machineId);
    return machineId;
  };
  const player: PodPlayer = async (pod) => {
    const life = new AbortController();
    const ended = new Promise<number>((resolve) => life.signal.addEventListener('abort', () => resolve(0)));
    const held: { machineId: string | null } = { machineId: null };
    const connect = async () => {
      await delay(START_MS);
      while (held.machineId === null && !life.signal.aborted) {
        held.machineId = await identityOf(pod).catch(() => null);
        if (held.machineId === null) await delay(RETRY_MS);
      }
      if (held.machineId === null || life.signal.aborted) return;
      if (running.has(held.machineId)) faults.push(`two processes are ${held.machineId}`);
      running.add(held.machineId);
      relay.connect(held.machineId, 0);
    };
    void connect();
    return {
      ready: Promise.resolve(),
      ended,
      async stop() {
        life.abort();
        const { machineId } = held;
        if (machineId === null) return;
        if ((relay.activityOf(machineId)?.turns ?? 0) > 0) faults.push(`a turn of ${machineId} was cut`);
        relay.disconnect(machineId);
        running.delete(machineId);
      },
    };
  };
  return { player, faults };
}

function claimOf({ spec }: PodJson): string {
  return spec.volumes?.find((volume) => volume.persistentVolumeClaim)?.persistentVolumeClaim?.claimName ?? '';
}

async function tokenOf(admin: ApiClient, { metadata, spec }: PodJson): Promise<string> {
  const name = spec.volumes?.find((volume) => volume.secret)?.secret?.secretName ?? '';
  const secret: KubeJson = await admin.get(`/api/v1/namespaces/${metadata.namespace}/secrets/${name}`);
  const { token = '' } = (secret['data'] ?? {}) as { readonly token?: string };
  return Buffer.from(token, 'base64').toString('utf8');
}
