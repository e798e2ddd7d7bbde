/**
 * The kubelet of a scripted node: takes the pods that the scheduler gave to the node, has them played, and reports
 * of them what a kubelet reports. What a pod does is the player's: nothing (`restingPods`), or a real process.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { ApiError, STRATEGIC_PATCH, type ApiClient, type KubeJson } from './api-server-client.ts';
import { followObjects, type Change } from './api-server-watch.ts';

const RESTART_MS = 250;
const RESTART_LIMIT_MS = 4_000;

export interface PodJson extends KubeJson {
  readonly metadata: KubeJson['metadata'] & { readonly deletionGracePeriodSeconds?: number };
  readonly spec: {
    readonly nodeName?: string;
    readonly restartPolicy?: string;
    readonly containers: readonly ContainerJson[];
    readonly volumes?: readonly VolumeJson[];
  };
  readonly status?: { readonly phase?: string };
}

export interface ContainerJson {
  readonly name: string;
  readonly image: string;
  readonly command?: readonly string[];
  readonly args?: readonly string[];
  readonly env?: readonly EnvJson[];
  readonly volumeMounts?: readonly {
    readonly name: string;
    readonly mountPath: string;
    readonly subPath?: string;
  }[];
}

export interface EnvJson {
  readonly name: string;
  readonly value?: string;
  readonly valueFrom?: {
    readonly fieldRef?: { readonly fieldPath: string };
    readonly secretKeyRef?: { readonly name: string; readonly key: string; readonly optional?: boolean };
  };
}

export interface VolumeJson {
  readonly name: string;
  readonly persistentVolumeClaim?: { readonly claimName: string };
  readonly secret?: { readonly secretName: string; readonly optional?: boolean };
}

/** A pod under way. */
export interface PlayedPod {
  /** Resolves when it is ready to serve; rejects with why it never will be. */
  readonly ready: Promise<void>;
  /** Resolves with the exit code when it ends, by itself or by `stop`. */
  readonly ended: Promise<number>;
  /** Asks it to end, and ends it after `graceMs`. */
  stop(graceMs: number): Promise<void>;
}

export type PodPlayer = (pod: PodJson) => Promise<PlayedPod>;

/** Pods without a process: ready after `readyMs`, gone as soon as they are asked to. */
export function restingPods(readyMs: number): PodPlayer {
  return async () => {
    const end: { now: (code: number) => void } = { now: () => undefined };
    return {
      ready: new Promise((resolve) => setTimeout(resolve, readyMs)),
      ended: new Promise<number>((resolve) => (end.now = resolve)),
      stop: async () => end.now(0),
    };
  };
}

export interface ScriptedKubelet {
  /** The played pod of that name, if it runs here. */
  pod(namespace: string, name: string): PlayedPod | undefined;
  /** Ends every pod at once and stops; the node is then as if its machine lost its power. */
  stop(): Promise<void>;
}

export function startKubelet(admin: ApiClient, nodeName: string, play: PodPlayer): ScriptedKubelet {
  const played = new Map<string, PodWork>();
  const end = followObjects(admin, `/api/v1/pods?fieldSelector=spec.nodeName=${nodeName}`, (change) =>
    take(admin, played, play, change),
  );
  return {
    pod: (namespace, name) =>
      [...played.values()].find(({ path }) => path === pathOf({ namespace, name }))?.running,
    async stop() {
      await end();
      const works = [...played.values()];
      for (const work of works) work.isEnding = true; // or they would be started again
      await Promise.all(works.map(async (work) => work.running?.stop(0)));
      await Promise.all(works.map(({ life }) => life));
    },
  };
}

/** What this kubelet knows of one pod, by its uid. */
interface PodWork {
  readonly path: string;
  isEnding: boolean;
  restarts: number;
  running?: PlayedPod;
  /** Resolves when it is played no more. */
  life: Promise<void>;
}

function take(
  admin: ApiClient,
  played: Map<string, PodWork>,
  play: PodPlayer,
  { type, object }: Change,
): void {
  const pod = object as PodJson;
  const uid = pod.metadata.uid ?? '';
  const work = played.get(uid);
  if (type === 'gone') {
    played.delete(uid);
    void work?.running?.stop(0);
  } else if (pod.metadata.deletionTimestamp) {
    endPod(
      admin,
      pod,
      work ?? { path: pathOf(pod.metadata), isEnding: false, restarts: 0, life: Promise.resolve() },
    );
  } else if (work === undefined && pod.status?.phase === 'Pending') {
    const begun: PodWork = {
      path: pathOf(pod.metadata),
      isEnding: false,
      restarts: 0,
      life: Promise.resolve(),
    };
    played.set(uid, begun);
    begun.life = run(admin, pod, begun, play);
  }
}

/** Plays the pod again and again, as its restart policy says, and reports each step. */
async function run(admin: ApiClient, pod: PodJson, work: PodWork, play: PodPlayer): Promise<void> {
  const restarts = (pod.spec.restartPolicy ?? 'Always') === 'Always';
  for (;;) {
    const end = await runOnce(admin, pod, work, play);
    if (work.isEnding) return;
    await report(admin, pod, work, end.code === null || restarts ? 'Running' : end.phase, end.state);
    if (!restarts && end.code !== null) return;
    work.restarts += end.code === null ? 0 : 1;
    await delay(Math.min(RESTART_LIMIT_MS, RESTART_MS * 2 ** work.restarts));
    if (work.isEnding) return;
  }
}

/** What became of one try: the exit code, or null when the pod could not be started at all. */
interface PodEnd {
  readonly code: number | null;
  readonly phase: string;
  readonly state: Readonly<Record<string, unknown>>;
}

async function runOnce(admin: ApiClient, pod: PodJson, work: PodWork, play: PodPlayer): Promise<PodEnd> {
  const running = await play(pod).catch((error: unknown) => String(error));
  if (typeof running === 'string')
    return {
      code: null,
      phase: 'Pending',
      state: { waiting: { reason: 'CreateContainerConfigError', message: running } },
    };
  if (work.isEnding) await running.stop(0);
  work.running = running;
  const ready = running.ready.then(
    () => report(admin, pod, work, 'Running', { running: { startedAt: new Date().toISOString() } }),
    () => undefined, // it ended before it was ready; its end is reported
  );
  const code = await running.ended;
  await ready;
  const state = { terminated: { exitCode: code, reason: code === 0 ? 'Completed' : 'Error' } };
  return { code, phase: code === 0 ? 'Succeeded' : 'Failed', state };
}

function endPod(admin: ApiClient, pod: PodJson, work: PodWork): void {
  if (work.isEnding) return;
  work.isEnding = true;
  const graceMs = 1000 * (pod.metadata.deletionGracePeriodSeconds ?? 30);
  void Promise.resolve(work.running?.stop(graceMs))
    .then(() => admin.remove(work.path, { gracePeriodSeconds: 0, preconditions: { uid: pod.metadata.uid } }))
    .catch(ignoreGone);
}

async function report(
  admin: ApiClient,
  pod: PodJson,
  work: PodWork,
  phase: string,
  state: Readonly<Record<string, unknown>>,
): Promise<void> {
  const isReady = 'running' in state;
  const lastTransitionTime = new Date().toISOString();
  const conditions = ['Initialized', 'ContainersReady', 'Ready'].map((type) => ({
    type,
    status: isReady || type === 'Initialized' ? 'True' : 'False',
    lastTransitionTime,
  }));
  const containerStatuses = pod.spec.containers.map(({ name, image }) => ({
    name,
    image,
    imageID: image,
    ready: isReady,
    started: isReady,
    restartCount: work.restarts,
    state,
  }));
  const status = { phase, startTime: lastTransitionTime, conditions, containerStatuses };
  await admin.patch(`${work.path}/status`, STRATEGIC_PATCH, { status }).catch(ignoreGone);
}

function pathOf({ namespace, name }: { readonly namespace?: string; readonly name: string }): string {
  return `/api/v1/namespaces/${namespace}/pods/${name}`;
}

/** The pod went meanwhile, another took its name, or the server is away: the next change tells. */
function ignoreGone(error: unknown): void {
  if (error instanceof ApiError && !['NotFound', 'Conflict'].includes(error.reason)) throw error;
}
