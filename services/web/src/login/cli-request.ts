/** What a waiting command line asks for, from the address it opened. */

export interface CliRequest {
  /** Its loopback port, on this computer. */
  readonly port: number;
  readonly state: string;
  readonly challenge: string;
  readonly host?: string;
}

/** Null for an address without a whole request; the gateway checks its parts. */
export function readCliRequest(search: string): CliRequest | null {
  const query = new URLSearchParams(search);
  const port = Number(query.get('port'));
  const state = query.get('state');
  const challenge = query.get('challenge');
  const host = query.get('host');
  if (!Number.isInteger(port) || port < 1 || port > 65_535 || !state || !challenge) return null;
  return { port, state, challenge, ...(host ? { host } : {}) };
}
