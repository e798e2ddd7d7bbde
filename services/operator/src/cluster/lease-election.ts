/**
 * Leadership by a Lease. A candidate takes it when it is free, given back, or not renewed for its whole duration by
 * the candidate's own clock. The leader renews it every two seconds and stops leading after ten without success, five
 * before anybody else may take it.
 *
 *   candidate ──takes it──► leader ──stop()──► over (given back: the next one leads within a retry)
 *                              └──not renewed in time, or taken by another──► over, and `lost` is called
 *
 * An election that is over stays over: the process ends and starts again as a candidate.
 */
import type { Logger } from '@spectral/common';
import { isClusterError } from './cluster-error.ts';
import type { Cluster } from './cluster.ts';
import type { Existing } from './object.ts';
import { notLeading, type Leader } from './leader.ts';
import { leases, microTime, nextTransitions, type Lease, type LeaseSpec } from './lease.ts';
import { pause, type Timers } from './timers.ts';

export interface LeaseElection extends Leader {
  /** Gives the Lease back if held. Resolves when nothing of this election is under way. */
  stop(): Promise<void>;
}

export interface ElectionParts {
  /** Without a leader gate. */
  readonly cluster: Pick<Cluster, 'get' | 'create' | 'mergePatch'>;
  readonly namespace: string;
  readonly name: string;
  /** Of this process alone, never used again by a later one. */
  readonly identity: string;
  readonly timers: Timers;
  /** Milliseconds by a clock that nobody sets. */
  readonly monotonic: () => number;
  readonly random: () => number;
  readonly log: Logger;
  readonly acquired: (fence: number) => void;
  /** Called once, at once, when leadership ends other than by `stop`. */
  readonly lost: () => void;
}

export const LEASE_MS = 15_000;
export const RENEW_DEADLINE_MS = 10_000;
export const RETRY_MS = 2_000;

/** Starts as a candidate. */
export function startLeaseElection(parts: ElectionParts): LeaseElection {
  const { cluster, namespace, name, identity, timers, monotonic, random, log } = parts;
  const ended = new AbortController();
  const watched = createWatchedLease(monotonic);
  let held: Existing<Lease> | null = null;
  let sinceRenewal = (): number => Infinity;
  let forgetDeadline = (): void => {};

  const isLeading = () => held !== null && !ended.signal.aborted && sinceRenewal() < RENEW_DEADLINE_MS;
  const over = () => {
    forgetDeadline();
    ended.abort();
  };
  const lose = (reason: string) => {
    if (ended.signal.aborted) return;
    over();
    log.error({ identity, reason }, 'leadership lost');
    parts.lost();
  };
  const hold = (lease: Existing<Lease>, elapsed: () => number) => {
    const first = held === null;
    held = lease;
    if (ended.signal.aborted) return;
    sinceRenewal = elapsed;
    forgetDeadline();
    const leftMs = Math.max(0, RENEW_DEADLINE_MS - elapsed());
    forgetDeadline = timers.after(leftMs, () => lose('the Lease could not be renewed in time'));
    if (first && isLeading()) parts.acquired(lease.spec.leaseTransitions);
  };
  const write = (lease: Existing<Lease>, spec: Partial<LeaseSpec>) => {
    const { resourceVersion } = lease.metadata;
    return cluster.mergePatch(leases, namespace, name, { metadata: { resourceVersion }, spec });
  };
  const found = async () => {
    const lease = await cluster.get(leases, namespace, name);
    if (held && lease?.spec.holderIdentity !== identity) lose('the Lease is no longer ours');
    return lease;
  };
  const seek = async () => {
    const elapsed = startStopwatch(timers, monotonic);
    const lease = await found();
    if (ended.signal.aborted) return;
    const spec = takenBy(identity, lease?.spec.leaseTransitions ?? 0, timers.now());
    if (!lease) hold(await cluster.create(leases, newLease(namespace, name, spec)), elapsed);
    else if (watched.isFree(lease)) hold(await write(lease, spec), elapsed);
  };
  const renew = async (lease: Existing<Lease>) => {
    const elapsed = startStopwatch(timers, monotonic);
    const renewed = { renewTime: microTime(timers.now()) };
    try {
      hold(await write(lease, renewed), elapsed);
    } catch (error) {
      if (!isClusterError(error, 'conflict', 'not-found')) throw error;
      const fresh = await found();
      if (fresh && !ended.signal.aborted) hold(await write(fresh, renewed), elapsed);
    }
  };
  const run = async () => {
    while (!ended.signal.aborted) {
      try {
        await (held ? renew(held) : seek());
      } catch (err) {
        if (!isClusterError(err, 'conflict', 'already-exists'))
          log.warn({ err, identity }, 'the Lease was not reached');
      }
      await pause(timers, RETRY_MS * (held ? 1 : 1 + random() / 2), ended.signal);
    }
  };
  const giveBack = async () => {
    const lease = held && (await cluster.get(leases, namespace, name));
    if (lease?.spec.holderIdentity !== identity) return;
    await write(lease, { holderIdentity: '', leaseDurationSeconds: 1, renewTime: microTime(timers.now()) });
  };

  const running = run();
  return {
    fence: () => (isLeading() && held ? held.spec.leaseTransitions : null),
    assertLeading() {
      if (!isLeading() || !held) throw notLeading();
      return held.spec.leaseTransitions;
    },
    async stop() {
      over();
      await running;
      await giveBack().catch((err: unknown) =>
        log.warn({ err, identity }, 'the Lease was not given back; it expires'),
      );
    },
  };
}

/** Judges another's Lease by when this process saw it change, never by the times written in it. */
function createWatchedLease(monotonic: () => number) {
  let version = '';
  let seenAt = 0;
  return {
    isFree({ metadata, spec }: Existing<Lease>): boolean {
      if (spec.holderIdentity === '') return true;
      if (metadata.resourceVersion !== version) {
        version = metadata.resourceVersion;
        seenAt = monotonic();
      }
      return monotonic() - seenAt >= Math.max(spec.leaseDurationSeconds * 1_000, LEASE_MS);
    },
  };
}

/**
 * Milliseconds since now by the clock that says more: the steady one stands still while a machine is suspended, the
 * wall clock may be set back.
 */
function startStopwatch({ now }: Timers, monotonic: () => number): () => number {
  const [wall, steady] = [now(), monotonic()];
  return () => Math.max(now() - wall, monotonic() - steady);
}

function takenBy(identity: string, transitions: number, now: number): LeaseSpec {
  return {
    holderIdentity: identity,
    leaseDurationSeconds: LEASE_MS / 1_000,
    leaseTransitions: nextTransitions(transitions, now),
    acquireTime: microTime(now),
    renewTime: microTime(now),
  };
}

function newLease(namespace: string, name: string, spec: LeaseSpec): Lease {
  return { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', metadata: { namespace, name }, spec };
}
