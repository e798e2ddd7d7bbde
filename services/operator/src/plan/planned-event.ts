/** What a plan wants told as an Event on the object: transitions, never states. */
import type { Reason } from './reasons.ts';

export interface PlannedEvent {
  readonly type: 'Normal' | 'Warning';
  readonly reason: Reason;
  readonly message: string;
}
