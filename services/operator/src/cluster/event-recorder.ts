/**
 * Tells what happened to objects as Events. Recording never waits and never fails: Events are for people, and work
 * goes on without them. The same occurrence again raises the count of its Event, written at most once a minute; an
 * object that something new befalls all the time is told of less and less.
 */
import { createHash } from 'node:crypto';
import type { Logger } from '@spectral/common';
import { isClusterError } from './cluster-error.ts';
import type { Cluster } from './cluster.ts';
import { events, kubeTime, MAX_MESSAGE, type KubeEvent, type Occurrence } from './event.ts';
import type { Existing, KubeObject } from './object.ts';
import { createTokenBucket, type TokenBucket } from './token-bucket.ts';

export interface EventRecorder {
  record(object: Existing<KubeObject>, occurrence: Occurrence): void;
  /** Resolves when everything recorded so far was written or given up. */
  settled(): Promise<void>;
}

interface Parts {
  readonly cluster: Pick<Cluster, 'create' | 'mergePatch'>;
  /** Named as the source. */
  readonly component: string;
  readonly now: () => number;
  readonly log: Logger;
}

/** One occurrence and how often it was seen. */
interface Tally {
  readonly event: KubeEvent;
  count: number;
  writtenAt: number;
  isCreated: boolean;
}

const REPEAT_MS = 60_000;
/** API servers drop Events after an hour; a repeat after that is a new one. */
const FORGET_MS = 3_600_000;
const PER_OBJECT = { burst: 25, perSecond: 1 / 300 };
const MAX_TALLIES = 2_000;
const MAX_WAITING = 500;

export function createEventRecorder({ cluster, component, now, log }: Parts): EventRecorder {
  const tallies = new Map<string, Tally>();
  const buckets = new Map<string, TokenBucket>();
  let waiting = 0;
  let last: Promise<void> = Promise.resolve();

  const bucketOf = (uid: string) =>
    remembered(buckets, uid, () => createTokenBucket(PER_OBJECT, now), MAX_TALLIES);
  const write = async (tally: Tally) => {
    const { event, count, isCreated } = tally;
    const { namespace = '', name } = event.metadata;
    try {
      if (isCreated)
        await cluster.mergePatch(events, namespace, name, { count, lastTimestamp: kubeTime(now()) });
      else await cluster.create(events, { ...event, count });
      tally.isCreated = true;
    } catch (err) {
      if (isClusterError(err, 'already-exists')) tally.isCreated = true;
      if (isClusterError(err, 'not-found')) tallies.delete(tallyKey(event));
      log.debug({ err, reason: event.reason, object: event.involvedObject.name }, 'event not written');
    }
  };
  const enqueue = (tally: Tally) => {
    if (waiting >= MAX_WAITING) return;
    waiting += 1;
    last = last.then(() => write(tally)).finally(() => (waiting -= 1));
  };

  return {
    record(object, occurrence) {
      const event = newEvent(object, occurrence, component, now());
      const key = tallyKey(event);
      const before = tallies.get(key);
      if (before && now() - Date.parse(before.event.firstTimestamp) >= FORGET_MS) tallies.delete(key);
      const tally = remembered(
        tallies,
        key,
        () => ({ event, count: 0, writtenAt: -Infinity, isCreated: false }),
        MAX_TALLIES,
      );
      tally.count += 1;
      if (now() - tally.writtenAt < REPEAT_MS || !bucketOf(object.metadata.uid).tryTake()) return;
      tally.writtenAt = now();
      enqueue(tally);
    },
    settled: () => last,
  };
}

function newEvent(
  object: Existing<KubeObject>,
  { type, reason, message }: Occurrence,
  component: string,
  at: number,
): KubeEvent {
  const { apiVersion, kind } = object;
  const { namespace, name, uid } = object.metadata;
  const text = message.slice(0, MAX_MESSAGE);
  const digest = createHash('sha256').update([uid, type, reason, text, at].join('\n')).digest('hex');
  return {
    apiVersion: 'v1',
    kind: 'Event',
    metadata: { namespace, name: `${name.slice(0, 200)}.${digest.slice(0, 16)}` },
    involvedObject: { apiVersion, kind, namespace, name, uid },
    type,
    reason,
    message: text,
    count: 1,
    firstTimestamp: kubeTime(at),
    lastTimestamp: kubeTime(at),
    source: { component },
  };
}

function tallyKey({ involvedObject, type, reason, message }: KubeEvent): string {
  return [involvedObject.uid, type, reason, message].join('\n');
}

/** What `map` has at `key`, made if need be; beyond `limit` the oldest entry goes. */
function remembered<T>(map: Map<string, T>, key: string, make: () => T, limit: number): T {
  const value = map.get(key) ?? make();
  map.set(key, value);
  const [oldest] = map.keys();
  if (map.size > limit && oldest !== undefined) map.delete(oldest);
  return value;
}
