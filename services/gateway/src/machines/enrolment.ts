/** What a machine gets when it registers or renews: its record, a fresh token, and where to connect. */
import { signMachineToken, type Presence } from '@spectral/common';
import { MACHINE_LINK_PATH, MACHINE_TOKEN_LIFE_MS, type Enrolment } from '@spectral/proto/wire';
import type { Database } from '../database/index.ts';
import { machineForItself } from './machines.ts';
import type { RegisteredMachine } from './register.ts';
import type { SigningKeys } from './signing-keys.ts';

export interface EnrolmentParts {
  readonly db: Database;
  readonly presence: Presence;
  readonly signingKeys: SigningKeys;
  readonly relayPublicUrl: string;
}

export async function enrolmentOf(
  parts: EnrolmentParts,
  machine: RegisteredMachine,
  now: Date,
): Promise<Enrolment> {
  const { db, presence, signingKeys } = parts;
  const { id: sub, teamId: team, keyId: key, registration, hostname: host } = machine;
  const grant = { sub, team, key, registration, host };
  const { token, expiresAt } = await signMachineToken(grant, signingKeys.signing, now, MACHINE_TOKEN_LIFE_MS);
  return {
    machine: await machineForItself(db, presence, sub, now),
    token,
    expiresAt: expiresAt.toISOString(),
    relayUrl: machineRelayUrl(parts.relayPublicUrl, sub),
  };
}

/** It names the machine, so that a load balancer can bring it and its readers, who name it too, to one relay. */
function machineRelayUrl(relayPublicUrl: string, machineId: string): string {
  return `${relayPublicUrl.replace(/^http/, 'ws')}${MACHINE_LINK_PATH}?machine=${machineId}`;
}
