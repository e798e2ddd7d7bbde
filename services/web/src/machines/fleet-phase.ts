/** Where a machine of a fleet stands, in words; and whether it comes when somebody works with it. Pure. */
import type { FleetPart, FleetPhase, Machine } from '@spectral/proto/wire';

const WORDS: Readonly<Record<FleetPhase, string>> = {
  pending: 'Waiting for a place',
  starting: 'Starting',
  ready: 'Ready',
  draining: 'Draining',
  asleep: 'Asleep',
  waking: 'Waking up',
  failed: 'Failed',
  ending: 'Being taken down',
};

export function phaseText(phase: FleetPhase): string {
  return WORDS[phase];
}

/** More than whether it is online: null for a machine run by hand, and for one that simply runs. */
export function notablePhase({ fleet }: Pick<Machine, 'fleet'>): FleetPart | null {
  return fleet === null || fleet.phase === 'ready' ? null : fleet;
}

/** Why it stands there, for a person; empty when there is nothing to say. */
export function phaseDetail({ message, reason }: FleetPart): string {
  return message || reason;
}

/** While it is offline: whether a prompt may wait for it, because it wakes up or is on its way already. */
export function comesForPrompt(fleet: FleetPart | null): fleet is FleetPart {
  return fleet !== null && fleet.phase !== 'ready' && !willNotCome(fleet);
}

/** Nobody can wake it. */
export function willNotCome({ phase }: FleetPart): boolean {
  return phase === 'failed' || phase === 'ending';
}
