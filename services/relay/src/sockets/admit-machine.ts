/** Whether a machine may connect: its token is genuine, and the gateway says that it still stands. */
import type { MachineClaims } from '@spectral/proto/wire';
import type { StandingDesk } from '../standing/standing-desk.ts';
import { AdmissionRefused, FALL_MESSAGE, MACHINE_FALL, badToken } from './admission-refused.ts';

export interface MachineAdmission {
  /** Claims of a genuine machine token. Throws ServiceError. */
  readonly verify: (token: string) => Promise<MachineClaims>;
  readonly desk: StandingDesk;
}

/** `authorization` is the header of the upgrade. Throws for whoever is not let in; refusalOf says how. */
export async function admitMachine(
  authorization: string | undefined,
  { verify, desk }: MachineAdmission,
): Promise<MachineClaims> {
  const token = /^Bearer +(\S+)$/i.exec(authorization ?? '')?.[1];
  if (!token) throw badToken('expected the header "Authorization: Bearer <machine token>"');
  const claims = await verify(token);
  const verdict = await desk.machine(machineQuestion(claims));
  if (!verdict) return claims;
  const details = verdict.newerHost === undefined ? undefined : { host: verdict.newerHost };
  throw new AdmissionRefused(401, MACHINE_FALL[verdict.reason], FALL_MESSAGE[verdict.reason], details);
}

export function machineQuestion({ sub, registration, key }: MachineClaims) {
  return { machineId: sub, registration, keyId: key };
}
