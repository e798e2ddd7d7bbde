/**
 * Runs work by key: a key waits at most once, and no key runs twice at a time. What is added while its key runs makes
 * it run once more afterwards, so a run always sees everything that was said before it began.
 *
 *   add ──► ready ──► running ──► done
 *             ▲          │ added meanwhile, failed (after a wait), or asked to come back
 *             └──────────┘
 */
import { exponentialMs } from './backoff.ts';
import { ClusterError } from './cluster-error.ts';
import type { Timers } from './timers.ts';
import { createTokenBucket } from './token-bucket.ts';

export interface WorkQueue {
  /** Runs the key soon. */
  add(key: string): void;
  /** Runs the key in `delayMs` at the latest, unless a run that begins earlier decides anew. */
  addAfter(key: string, delayMs: number): void;
  /** Keys that wait to run now. */
  readonly depth: number;
  /** Starts nothing more; resolves when the last run has ended. */
  close(): Promise<void>;
}

export interface WorkQueueParts {
  /** One run. The number is the milliseconds after which to run again; nothing when only a change calls for it. */
  readonly work: (key: string) => Promise<number | void>;
  readonly timers: Timers;
  /** Keys that run at a time. */
  readonly concurrency: number;
  /** Told after each run; `error` is null when it succeeded, `failures` counts those in a row. */
  readonly ran?: (run: Run) => void;
}

export interface Run {
  readonly key: string;
  readonly durationMs: number;
  readonly error: unknown;
  readonly failures: number;
}

const BACKOFF = { firstMs: 5, capMs: 300_000 };
/** Over all keys, so that a whole fleet that fails does not hammer the API server. */
const RETRIES = { burst: 100, perSecond: 10 };

export function createWorkQueue({ work, timers, concurrency, ran = () => {} }: WorkQueueParts): WorkQueue {
  /** In order of arrival. */
  const ready = new Set<string>();
  const running = new Set<string>();
  /** Added while they ran. */
  const again = new Set<string>();
  const delayed = new Map<string, { readonly dueAt: number; readonly forget: () => void }>();
  const failuresOf = new Map<string, number>();
  const retries = createTokenBucket(RETRIES, timers.now);
  const idle = Promise.withResolvers<void>();
  let closed = false;

  const add = (key: string) => {
    if (closed) return;
    if (running.has(key)) again.add(key);
    else ready.add(key);
    startSome();
  };
  const undelay = (key: string) => {
    delayed.get(key)?.forget();
    delayed.delete(key);
  };
  const addAfter = (key: string, delayMs: number) => {
    const dueAt = timers.now() + delayMs;
    if (closed || (delayed.get(key)?.dueAt ?? Infinity) <= dueAt) return;
    undelay(key);
    const forget = timers.after(delayMs, () => {
      delayed.delete(key);
      add(key);
    });
    delayed.set(key, { dueAt, forget });
  };
  const startSome = () => {
    for (const key of ready) {
      if (running.size >= concurrency) return;
      ready.delete(key);
      running.add(key);
      undelay(key);
      void run(key);
    }
  };
  const run = async (key: string) => {
    const startedAt = timers.now();
    const tell = (error: unknown, failures: number) =>
      ran({ key, durationMs: timers.now() - startedAt, error, failures });
    try {
      const comeBackMs = await work(key);
      failuresOf.delete(key);
      if (typeof comeBackMs === 'number') addAfter(key, comeBackMs);
      tell(null, 0);
    } catch (error) {
      const failures = (failuresOf.get(key) ?? 0) + 1;
      failuresOf.set(key, failures);
      addAfter(key, Math.max(exponentialMs(BACKOFF, failures), askedWaitMs(error), retries.reserveMs()));
      tell(error, failures);
    }
    running.delete(key);
    if (again.delete(key)) add(key);
    if (closed && running.size === 0) idle.resolve();
    startSome();
  };

  return {
    add,
    addAfter,
    get depth() {
      return ready.size;
    },
    close() {
      closed = true;
      ready.clear();
      again.clear();
      for (const key of delayed.keys()) undelay(key);
      if (running.size === 0) idle.resolve();
      return idle.promise;
    },
  };
}

/** Milliseconds the API server asked us to wait. */
function askedWaitMs(error: unknown): number {
  return error instanceof ClusterError ? (error.retryAfterMs ?? 0) : 0;
}
