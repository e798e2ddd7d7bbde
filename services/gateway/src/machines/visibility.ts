/** Who sees a machine and who manages it: pure rules. */
import type { Role, Visibility } from '@spectral/proto/wire';
import { mayDo } from '../teams/roles.ts';

/** What the rules need of a machine. A private machine always has an owner. */
export interface OwnedMachine {
  readonly visibility: Visibility;
  readonly ownerId: string | null;
}

/** A person in the machine's team. */
export interface Viewer {
  readonly userId: string;
  /** Null: no member of the team. */
  readonly role: Role | null;
}

/** Whether the person may see the machine and connect to it. Leaving the team ends it for owners too. */
export function seesMachine(machine: OwnedMachine, viewer: Viewer): boolean {
  if (viewer.role === null) return false;
  return machine.visibility === 'SHARED' || machine.ownerId === viewer.userId;
}

/** Whether the person may change its visibility and revoke it: its owner, and who leads the team if they see it. */
export function managesMachine(machine: OwnedMachine, viewer: Viewer): boolean {
  if (viewer.role === null || !seesMachine(machine, viewer)) return false;
  return machine.ownerId === viewer.userId || mayDo(viewer.role, 'manage-shared-machines');
}

/** The owner after a change of visibility: who makes an ownerless machine private becomes its owner. */
export function ownerAfter(machine: OwnedMachine, next: Visibility, callerId: string): string | null {
  return next === 'PRIVATE' ? (machine.ownerId ?? callerId) : machine.ownerId;
}
