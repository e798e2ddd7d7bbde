/**
 * Nodes in memory: pods are placed, run, connect to the scripted relay as `spectral serve` does, and end when asked.
 * What must never happen is written down as a fault.
 */
import { pause, type Cluster, type Existing, type Timers } from '../../src/cluster/index.ts';
import { PODS, SECRETS, VOLUME_CLAIMS, type Pod } from '../../src/kinds/index.ts';
import type { ScriptedGateway } from './scripted-gateway.ts';
import type { ScriptedRelay } from './scripted-relay.ts';

export interface MemoryKubelet {
  /** What must never happen, such as a turn that was cut. */
  readonly faults: readonly string[];
  /** Pods that run, by the id of their machine. */
  readonly running: ReadonlyMap<string, string>;
  /** New pods stay unscheduled. */
  full: boolean;
  /** Processes run, and nobody hears of it from here. */
  silent: boolean;
  close(): void;
}

interface Parts {
  /** A client of its own. */
  readonly cluster: Cluster;
  readonly namespace: string;
  readonly gateway: ScriptedGateway;
  readonly relay: ScriptedRelay;
  readonly timers: Timers;
}

/** From a pod placed to its process connected. */
const START_MS = 500;
const SAY_MS = 200;
const RETRY_MS = 1_000;

export function startMemoryKubelet({ cluster, namespace, gateway, relay, timers }: Parts): MemoryKubelet {
  const faults: string[] = [];
  const processes = new Map<string, string>();
  const alive = new Map<string, AbortController>();
  /** What a disk remembers of its machine, by the disk's uid. */
  const disks = new Map<string, string>();

  /** The word on the process comes after the process: it may have a turn by then. */
  const say = (pod: Existing<Pod>) => {
    const { name } = pod.metadata;
    const running = { startedAt: new Date(timers.now()).toISOString() };
    const status = {
      phase: 'Running',
      conditions: [{ type: 'Ready', status: 'True' }],
      containerStatuses: [{ name: 'machine', ready: true, restartCount: 0, state: { running } }],
    };
    return cluster.applyStatus(PODS, { metadata: { namespace, name }, status }, { manager: 'kubelet' });
  };
  const identityOf = async (pod: Existing<Pod>): Promise<string | null> => {
    const disk = await cluster.get(VOLUME_CLAIMS, namespace, claimNameOf(pod));
    if (!disk) return null;
    const known = disks.get(disk.metadata.uid);
    if (known !== undefined && !gateway.isRevoked(known)) return known;
    const secret = await cluster.get(SECRETS, namespace, `${pod.metadata.name}-enrolment`);
    const machineId = gateway.trade(secret?.stringData?.['token'] ?? '');
    if (machineId !== null) disks.set(disk.metadata.uid, machineId);
    return machineId;
  };
  const run = async (pod: Existing<Pod>, signal: AbortSignal) => {
    const { name } = pod.metadata;
    while (kubelet.full && !signal.aborted) await pause(timers, RETRY_MS, signal);
    if (signal.aborted) return;
    await cluster.mergePatch(PODS, namespace, name, { spec: { nodeName: 'node-1' } });
    await pause(timers, START_MS, signal);
    let machineId = signal.aborted ? null : await identityOf(pod);
    while (machineId === null && !signal.aborted) {
      await pause(timers, RETRY_MS, signal);
      if (!signal.aborted) machineId = await identityOf(pod);
    }
    if (machineId === null || signal.aborted) return;
    if (processes.has(machineId)) faults.push(`two processes are machine ${machineId}`);
    processes.set(machineId, name);
    relay.connect(machineId, 0);
    await pause(timers, SAY_MS, signal);
    while (kubelet.silent && !signal.aborted) await pause(timers, RETRY_MS, signal);
    await say(pod);
  };
  const end = async (pod: Existing<Pod>) => {
    const { name, uid } = pod.metadata;
    alive.get(uid)?.abort();
    alive.delete(uid);
    for (const [machineId, podName] of processes) {
      if (podName !== name) continue;
      const turns = relay.activityOf(machineId)?.turns ?? 0;
      if (turns > 0) faults.push(`a turn of ${machineId} was cut`);
      relay.disconnect(machineId);
      processes.delete(machineId);
    }
    await cluster.remove(PODS, namespace, name, { uid, gracePeriodSeconds: 0 });
  };
  const look = (pod: Existing<Pod>) => {
    if (pod.metadata.deletionTimestamp !== undefined) void end(pod);
    else if (!alive.has(pod.metadata.uid)) {
      const life = new AbortController();
      alive.set(pod.metadata.uid, life);
      // A pod that is removed while it starts ends its start with "not found".
      run(pod, life.signal).catch(() => {});
    }
  };

  const watch = cluster.watch(PODS, namespace, {
    added: look,
    updated: look,
    removed: (pod) => void end(pod),
    synced() {},
  });
  const kubelet: MemoryKubelet = {
    faults,
    running: processes,
    full: false,
    silent: false,
    close: watch.close,
  };
  return kubelet;
}

function claimNameOf(pod: Existing<Pod>): string {
  const { volumes } = pod.spec as { volumes?: { persistentVolumeClaim?: { claimName: string } }[] };
  return volumes?.find((volume) => volume.persistentVolumeClaim)?.persistentVolumeClaim?.claimName ?? '';
}
