/** The five queues, one for each kind, and the reconcilers they run. */
import type { Histogram, Metrics } from '@spectral/common';
import { createWorkQueue, type WorkQueue } from '../cluster/index.ts';
import { createAgentReconciler } from './agent-reconciler.ts';
import { createClaimReconciler } from './claim-reconciler.ts';
import type { Kit } from './kit.ts';
import { createPolicyReconciler } from './policy-reconciler.ts';
import { createPoolReconciler } from './pool-reconciler.ts';
import { createTemplateReconciler } from './template-reconciler.ts';

export const KINDS = ['agent', 'pool', 'claim', 'template', 'policy'] as const;
export type KindName = (typeof KINDS)[number];

export interface QueueParts extends Kit {
  readonly claimWait: Histogram;
  readonly metrics: Pick<Metrics, 'histogram' | 'counter'>;
}

/** Machines are many and wait for calls; the rest is little. */
const CONCURRENCY: Readonly<Record<KindName, number>> = {
  agent: 16,
  pool: 4,
  claim: 4,
  template: 2,
  policy: 1,
};

export function createQueues(parts: QueueParts): Readonly<Record<KindName, WorkQueue>> {
  const seconds = parts.metrics.histogram('operator_reconcile_seconds', 'Time of one look at one object');
  const failed = parts.metrics.counter(
    'operator_reconcile_errors',
    'Looks that ended in an error and are tried again',
  );
  const queue = (kind: KindName, work: (key: string) => Promise<number | void>) =>
    createWorkQueue({
      work,
      timers: parts.timers,
      concurrency: CONCURRENCY[kind],
      ran({ key, durationMs, error, failures }) {
        seconds.record(durationMs / 1_000, { kind });
        if (error === null) return;
        failed.add(1, { kind });
        parts.log.warn({ err: error, kind, key, failures }, 'reconcile failed; tried again');
      },
    });
  return {
    agent: queue('agent', createAgentReconciler(parts)),
    pool: queue('pool', createPoolReconciler(parts)),
    claim: queue('claim', createClaimReconciler(parts)),
    template: queue('template', createTemplateReconciler(parts)),
    policy: queue('policy', createPolicyReconciler(parts)),
  };
}
