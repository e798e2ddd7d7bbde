/** The labels and annotations the operator writes and reads. */
import { GROUP } from '../kinds/index.ts';

export const LABEL = {
  agent: `${GROUP}/agent`,
  pool: `${GROUP}/pool`,
  template: `${GROUP}/template`,
  revision: `${GROUP}/revision`,
  /** `true`, `false` or `unknown`: the relay's word on the machine, which disruption budgets and admission follow. */
  busy: `${GROUP}/busy`,
} as const;

export const ANNOTATION = {
  /** On any object of ours: `true` makes the operator leave it as it is. */
  paused: `${GROUP}/paused`,
  /** On an Agent: it is to go as soon as no turn runs; the value says why. */
  retire: `${GROUP}/retire`,
  /** On a pod: the fence under which the relay said drained, noted before the pod is deleted. */
  drainedFence: `${GROUP}/drained-fence`,
  /** On a pod: the fence under which it was given back to work, so that an older leader's deletion fails. */
  uncordonedFence: `${GROUP}/uncordoned-fence`,
  /** On a pod: until when the enrolment token it was given is good. */
  enrolmentExpires: `${GROUP}/enrolment-expires-at`,
  /** On a volume: what becomes of it when its Agent is deleted. */
  whenDeleted: `${GROUP}/when-deleted`,
  /** Of the cluster autoscaler and of Karpenter. */
  safeToEvict: 'cluster-autoscaler.kubernetes.io/safe-to-evict',
  doNotDisrupt: 'karpenter.sh/do-not-disrupt',
} as const;

/** Keeps an Agent until its machine is revoked. */
export const REVOKE_FINALIZER = `${GROUP}/revoke`;

/** Field managers of server-side apply. */
export const MANAGER = 'spectral-operator';
export const STATUS_MANAGER = 'spectral-operator-status';

export type BusyLabel = 'true' | 'false' | 'unknown';

/** What a pod carries while its machine is busy, idle, or unheard of. */
export function busyMarks(busy: BusyLabel): {
  labels: Record<string, string>;
  annotations: Record<string, string>;
} {
  const isIdle = busy === 'false';
  return {
    labels: { [LABEL.busy]: busy },
    annotations: {
      [ANNOTATION.safeToEvict]: String(isIdle),
      [ANNOTATION.doNotDisrupt]: String(!isIdle),
    },
  };
}
