/**
 * The machine channel: changes of the lists of projects and sessions, numbered for this run of the daemon. Nothing is
 * kept: whoever attaches gets the whole lists.
 */
import type { MachineEvent, Numbered } from '@spectral/proto/wire';
import type { Clock } from '../clock.ts';

export interface MachineFeed {
  readonly head: number;
  tell(event: MachineEvent): void;
}

export function createMachineFeed(
  clock: Clock,
  publish: (event: Numbered<MachineEvent>) => void,
): MachineFeed {
  let head = 0;
  return {
    get head() {
      return head;
    },
    tell(event) {
      head += 1;
      publish({ ...event, seq: head, at: clock.now() });
    },
  };
}
