/** Whether a browser may connect: it comes from a page of ours, its ticket is genuine, and the person still stands. */
import type { TicketClaims } from '@spectral/proto/wire';
import { CLOSE } from '@spectral/proto/wire';
import type { StandingDesk } from '../standing/standing-desk.ts';
import { AdmissionRefused, FALL_MESSAGE, PERSON_FALL, badToken } from './admission-refused.ts';

export interface BrowserAdmission {
  /** Claims of a genuine ticket. Throws ServiceError. */
  readonly verify: (ticket: string) => Promise<TicketClaims>;
  readonly desk: StandingDesk;
}

/** Both as the peer sent them: the ticket, and the machine its query names. Throws for whoever is not let in. */
export async function admitBrowser(
  handshake: { readonly ticket: unknown; readonly machineId: unknown },
  { verify, desk }: BrowserAdmission,
): Promise<TicketClaims> {
  const { ticket, machineId } = handshake;
  if (typeof ticket !== 'string' || ticket === '') throw badToken('expected a relay ticket in auth.ticket');
  const claims = await verify(ticket);
  if (machineId !== undefined && machineId !== claims.machine) {
    throw new AdmissionRefused(403, CLOSE.forbidden, 'The ticket is for another machine than the one named.');
  }
  const verdict = await desk.person(personQuestion(claims));
  if (verdict) throw new AdmissionRefused(403, PERSON_FALL[verdict.reason], FALL_MESSAGE[verdict.reason]);
  return claims;
}

export function personQuestion({ sub, machine, session }: TicketClaims) {
  return { userId: sub, machineId: machine, loginId: session };
}

/** Among the allowed origins: pages of any origin may connect. Their tickets are still needed. */
export const ANY_ORIGIN = '*';

/**
 * Whether a page of this origin may open sockets here: one of the allowed, or the very host it speaks to. No Origin at
 * all is a program, not a page; its ticket is what counts.
 */
export function originAllowed(
  headers: { readonly origin?: string | undefined; readonly host?: string | undefined },
  allowed: readonly string[],
): boolean {
  const { origin, host } = headers;
  if (origin === undefined) return true;
  if (allowed.includes(origin) || allowed.includes(ANY_ORIGIN)) return true;
  return URL.canParse(origin) && new URL(origin).host === host;
}
