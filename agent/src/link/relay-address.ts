/** Where this machine's link goes. */
import type { Enrolment } from '@spectral/proto/wire';

/**
 * The address set on this machine, or the one the gateway gave. One set here is made to name the machine, as the
 * gateway's does, unless it names one already: load balancers hash on it.
 */
export function relayAddress(setHere: string | null, { relayUrl, machine }: Enrolment): string {
  if (setHere === null) return relayUrl;
  const url = new URL(setHere);
  if (!url.searchParams.has('machine')) url.searchParams.set('machine', machine.id);
  return url.href;
}
