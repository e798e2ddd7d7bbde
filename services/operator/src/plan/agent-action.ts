/** The steps a plan for one machine is made of. Each can be done again without harm. */
import type { Existing } from '../cluster/index.ts';
import type { Pod, VolumeClaim } from '../kinds/index.ts';
import type { BusyLabel } from '../objects/labels.ts';

export type AgentAction =
  | { readonly do: 'add-finalizer' | 'create-volume' | 'apply-budget' }
  /** A new enrolment token, its Secret, then the pod. */
  | { readonly do: 'start-pod' }
  /** A new token for a pod that could not use its own in time. */
  | { readonly do: 'renew-enrolment'; readonly pod: Existing<Pod> }
  | { readonly do: 'mark-busy'; readonly pod: Existing<Pod>; readonly busy: BusyLabel }
  | { readonly do: 'cordon'; readonly machineId: string }
  | { readonly do: 'uncordon'; readonly machineId: string; readonly pod: Existing<Pod> }
  | {
      readonly do: 'delete-pod';
      readonly pod: Existing<Pod>;
      /** Why no turn is cut: `timeout` alone may cut one, after the Agent's deletion and the template's drainTimeout. */
      readonly proof: 'drained' | 'no-process' | 'never-enrolled' | 'timeout';
      readonly machineId: string | null;
    }
  /** It retires: the Agent itself goes. */
  | { readonly do: 'delete-agent' }
  /** It was to retire, and someone is at work on it. */
  | { readonly do: 'keep-agent' }
  | { readonly do: 'revoke'; readonly machineId: string }
  /** The volume no longer goes when the Agent does. */
  | { readonly do: 'release-volume'; readonly volume: Existing<VolumeClaim> }
  | { readonly do: 'drop-finalizer' };
