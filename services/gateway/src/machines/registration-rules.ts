/**
 * What a registration does to the machine that has the name already: pure.
 *
 * The most recent registration takes precedence, with one exception: it never takes a private machine from its owner.
 * A private machine that was enrolled with a team key comes back with a key of that team, but only from the host it
 * was on, so that a colleague who happens to choose the same name is told instead.
 */
import type { Visibility } from '@spectral/proto/wire';

/** Who registers: a person, or whoever holds a team key. */
export interface Registrant {
  readonly userId: string | null;
  readonly keyId: string | null;
  readonly hostname: string;
}

/** The machine of that name, not revoked. */
export interface NamedMachine {
  readonly visibility: Visibility;
  readonly ownerId: string | null;
  readonly keyId: string | null;
  readonly hostname: string;
}

export interface Standing {
  readonly ownerId: string | null;
  readonly visibility: Visibility;
}

/** Owner and visibility after the registration, or `name-taken`. */
export function registrationOutcome(
  machine: NamedMachine | null,
  registrant: Registrant,
): Standing | 'name-taken' {
  if (!machine) {
    const { userId } = registrant;
    return { ownerId: userId, visibility: userId === null ? 'SHARED' : 'PRIVATE' };
  }
  if (machine.visibility === 'PRIVATE') {
    const { ownerId, visibility } = machine;
    return comesBack(machine, registrant) ? { ownerId, visibility } : 'name-taken';
  }
  return { ownerId: registrant.userId, visibility: 'SHARED' };
}

function comesBack(machine: NamedMachine, registrant: Registrant): boolean {
  if (registrant.userId !== null) return registrant.userId === machine.ownerId;
  return machine.keyId !== null && machine.hostname === registrant.hostname;
}
