/** What a pod's status says of the process in it, in this house's words. Pure. */
import type { Existing } from '../cluster/index.ts';
import type { Pod } from '../kinds/index.ts';
import type { Reason } from './reasons.ts';

/**
 * - `not-started`: no container of it ever ran.
 * - `running`: by the kubelet's word it runs.
 * - `down`: it ran, and does not run now.
 * - `over`: the pod has ended and starts nothing any more.
 * - `unheard`: the node is silent, so nobody knows.
 */
export type ProcessState = 'not-started' | 'running' | 'down' | 'over' | 'unheard';

export interface Trouble {
  readonly reason: Reason;
  readonly message: string;
  /** Whether it is a failure of the machine; not so when the node or the cluster took the pod away. */
  readonly counts: boolean;
}

export interface PodJudgement {
  readonly process: ProcessState;
  readonly trouble: Trouble | null;
  readonly isScheduled: boolean;
  readonly isUnschedulable: boolean;
  /** Someone else means to take the pod away soon (condition DisruptionTarget). */
  readonly isTargeted: boolean;
  /** RFC 3339: since when the process runs; null when it does not. */
  readonly runsSince: string | null;
}

/** Name of the container that runs `spectral serve`. */
export const MACHINE_CONTAINER = 'machine';

/** A new pod often waits a while for its volume to be made; only a longer wait is worth telling. */
const PLACING_MS = 15_000;

export function judgePod(pod: Pod): PodJudgement {
  const process = processOf(pod);
  const scheduled = conditionOf(pod, 'PodScheduled');
  return {
    process,
    trouble: troubleOf(pod, process),
    isScheduled: scheduled?.status === 'True' || pod.spec.nodeName !== undefined,
    isUnschedulable: scheduled?.status === 'False' && scheduled.reason === 'Unschedulable',
    isTargeted: conditionOf(pod, 'DisruptionTarget')?.status === 'True',
    runsSince: process === 'running' ? runsSinceOf(pod) : null,
  };
}

/** Milliseconds since 1970, from when on people are told that no node takes it; null for a pod that has its place. */
export function placelessFrom(pod: Existing<Pod>): number | null {
  if (!judgePod(pod).isUnschedulable) return null;
  return Date.parse(pod.metadata.creationTimestamp) + PLACING_MS;
}

function processOf(pod: Pod): ProcessState {
  const phase = pod.status?.phase;
  if (phase === 'Failed' || phase === 'Succeeded') return 'over';
  if (isNodeSilent(pod)) return 'unheard';
  const container = containerOf(pod);
  if (!container) return phase === 'Running' ? 'running' : 'not-started';
  if (container.state.running) return 'running';
  if (container.state.terminated) return 'down';
  return container.restartCount === 0 && !container.lastState?.terminated ? 'not-started' : 'down';
}

function runsSinceOf(pod: Pod): string | null {
  return containerOf(pod)?.state.running?.startedAt ?? pod.status?.startTime ?? null;
}

function isNodeSilent(pod: Pod): boolean {
  const ready = conditionOf(pod, 'Ready');
  return (
    pod.status?.reason === 'NodeLost' ||
    pod.status?.phase === 'Unknown' ||
    ready?.status === 'Unknown' ||
    ready?.reason === 'NodeStatusUnknown' ||
    conditionOf(pod, 'DisruptionTarget')?.reason === 'DeletionByTaintManager'
  );
}

function troubleOf(pod: Pod, process: ProcessState): Trouble | null {
  if (process === 'over') return troubleOfEnd(pod);
  if (process === 'unheard')
    return { reason: 'NodeLost', message: `Node ${pod.spec.nodeName ?? ''} is silent.`, counts: false };
  const container = containerOf(pod);
  const waiting = container?.state.waiting;
  const reason = waiting?.reason === undefined ? undefined : WAITING[waiting.reason];
  if (reason === undefined) return null;
  const last = container?.lastState?.terminated;
  if (reason === 'CrashLoop' && last?.reason === 'OOMKilled') return counted('OOMKilled');
  // The kubelet counts its waits in the other messages; ours must not change all the time.
  return counted(reason, reason === 'ContainerConfig' ? waiting?.message : '');
}

/** What the kubelet says of a container that cannot start. */
const WAITING: Readonly<Record<string, Reason>> = {
  ImagePullBackOff: 'ImagePull',
  ErrImagePull: 'ImagePull',
  ErrImageNeverPull: 'ImagePull',
  InvalidImageName: 'ImagePull',
  CreateContainerConfigError: 'ContainerConfig',
  CreateContainerError: 'ContainerConfig',
  RunContainerError: 'ContainerConfig',
  CrashLoopBackOff: 'CrashLoop',
};

/** Reasons of a pod that ended through no fault of its own. */
const TAKEN_AWAY: Readonly<Record<string, Reason>> = {
  Evicted: 'Evicted',
  Preempting: 'Preempted',
  Preempted: 'Preempted',
  NodeLost: 'NodeLost',
  NodeShutdown: 'NodeLost',
  Shutdown: 'NodeLost',
  Terminated: 'NodeLost',
  NodeAffinity: 'NodeLost',
};

/** Of the condition DisruptionTarget. */
const TARGETED_FOR: Readonly<Record<string, Reason>> = {
  PreemptionByScheduler: 'Preempted',
  DeletionByTaintManager: 'NodeLost',
  DeletionByPodGC: 'NodeLost',
};

function troubleOfEnd(pod: Pod): Trouble {
  const message = pod.status?.message ?? '';
  const taken = TAKEN_AWAY[pod.status?.reason ?? ''];
  if (taken) return { reason: taken, message, counts: false };
  const target = conditionOf(pod, 'DisruptionTarget');
  if (target?.status === 'True') {
    const reason = TARGETED_FOR[target.reason ?? ''] ?? 'Evicted';
    return { reason, message: target.message ?? message, counts: false };
  }
  const ended = containerOf(pod)?.state.terminated;
  if (ended?.reason === 'OOMKilled') return counted('OOMKilled', ended.message);
  return counted('ProcessEnded', ended?.exitCode === undefined ? message : `Exit code ${ended.exitCode}.`);
}

function counted(reason: Reason, message = ''): Trouble {
  return { reason, message, counts: true };
}

function conditionOf(pod: Pod, type: string) {
  return pod.status?.conditions?.find((condition) => condition.type === type);
}

function containerOf(pod: Pod) {
  return pod.status?.containerStatuses?.find(({ name }) => name === MACHINE_CONTAINER);
}
