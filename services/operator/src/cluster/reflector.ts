/**
 * Keeps a listener in step with a cluster: list, then follow the changes, for ever.
 *
 *   list ──► follow ──► the server ended it, or the line broke ──► wait ──► follow from the last version seen
 *     ▲                                                                        │
 *     └──────────────────── that version is forgotten (`gone`) ◄───────────────┘
 *
 * Nothing ends it but `close`: no rights, no such kind and no server are waited out. The listener hears differences
 * only, judged by name, uid and version.
 */
import type { Logger } from '@spectral/common';
import { jitteredMs } from './backoff.ts';
import { isClusterError } from './cluster-error.ts';
import type { Watch, WatchListener } from './cluster.ts';
import type { Existing, KubeObject } from './object.ts';
import { pause, type Timers } from './timers.ts';

/** The two calls a reflector makes. Both reject with ClusterError. */
export interface WatchSource<T extends KubeObject> {
  /** Everything as of one version. */
  list(): Promise<{ readonly objects: readonly Existing<T>[]; readonly version: string }>;
  /** Changes after `version`, in order. Ends when the server ends it; `gone` when the server no longer knows that version. */
  follow(version: string, signal: AbortSignal): AsyncIterable<SourceEvent<T>>;
}

/** Each event moves the place to follow from. A bookmark does nothing else. */
export type SourceEvent<T extends KubeObject> = { readonly version: string } & (
  | { readonly type: 'present'; readonly object: Existing<T> }
  | { readonly type: 'absent'; readonly name: string }
  | { readonly type: 'bookmark' }
);

export interface ReflectorParts {
  readonly timers: Timers;
  readonly random: () => number;
  readonly log: Logger;
}

/** A stream that ends sooner counts as failed, so that a server which ends every watch at once is not hammered. */
const SOUND_STREAM_MS = 5_000;
const BACKOFF = { firstMs: 200, capMs: 30_000 };

/** Starts to follow `source`. The listener must not throw. */
export function startReflector<T extends KubeObject>(
  source: WatchSource<T>,
  listener: WatchListener<T>,
  { timers, random, log }: ReflectorParts,
): Watch {
  const told = createDifferences(listener);
  const ended = new AbortController();
  const { signal } = ended;
  let version: string | null = null;
  let failures = 0;
  let synced = false;

  const relist = async () => {
    const found = await source.list();
    if (signal.aborted) return found.version;
    told.whole(found.objects);
    if (!synced) listener.synced();
    synced = true;
    return found.version;
  };
  const followOnce = async () => {
    version ??= await relist();
    const since = timers.now();
    for await (const event of source.follow(version, signal)) {
      if (signal.aborted) return;
      if (event.type === 'present') told.present(event.object);
      if (event.type === 'absent') told.absent(event.name);
      ({ version } = event);
      failures = 0;
    }
    failures = timers.now() - since < SOUND_STREAM_MS ? failures + 1 : 0;
  };
  const run = async () => {
    while (!signal.aborted) {
      try {
        await followOnce();
      } catch (err) {
        if (signal.aborted) return;
        failures += 1;
        if (isClusterError(err, 'gone')) version = null;
        else log.warn({ err, failures }, 'watch broken; taken up again');
      }
      if (failures > 0) await pause(timers, jitteredMs(BACKOFF, failures, random), signal);
    }
  };

  void run();
  return { close: () => ended.abort() };
}

/** Tells a listener what differs from what it was told before. */
function createDifferences<T extends KubeObject>(listener: WatchListener<T>) {
  const known = new Map<string, Existing<T>>();

  const absent = (name: string) => {
    const before = known.get(name);
    if (!before) return;
    known.delete(name);
    listener.removed(before);
  };
  const present = (object: Existing<T>) => {
    const { name, uid, resourceVersion } = object.metadata;
    const before = known.get(name);
    if (before?.metadata.resourceVersion === resourceVersion && before.metadata.uid === uid) return;
    if (before && before.metadata.uid !== uid) absent(name);
    known.set(name, object);
    if (before?.metadata.uid === uid) listener.updated(object, before);
    else listener.added(object);
  };
  const whole = (objects: readonly Existing<T>[]) => {
    const names = new Set(objects.map(({ metadata }) => metadata.name));
    for (const name of known.keys()) if (!names.has(name)) absent(name);
    for (const object of objects) present(object);
  };
  return { whole, present, absent };
}
