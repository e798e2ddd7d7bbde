/** A gateway's part in a test: signed tokens, and a standing that can be taken away. */
import { randomUUID } from 'node:crypto';
import { localTokenKeys, signMachineToken, signTicket } from '@spectral/common';
import type {
  Fall,
  MachineGrant,
  SigningKey,
  StandingQuestion,
  TicketGrant,
  TokenKeys,
} from '@spectral/common';
import { exportJWK, generateKeyPair } from 'jose';
import type { AskStanding } from '../../src/standing/standing-desk.ts';

export interface Identity {
  readonly keys: TokenKeys;
  readonly jwks: { keys: Record<string, unknown>[] };
  machineToken(grant?: Partial<MachineGrant>, lifeMs?: number): Promise<string>;
  ticket(machineId: string, grant?: Partial<TicketGrant>, lifeMs?: number): Promise<string>;
  readonly standing: AskStanding;
  /** Machines by id and people by user id that no longer stand. */
  readonly fallen: Map<string, Fall>;
  /** While true the gateway does not answer. */
  away: boolean;
  readonly asked: StandingQuestion[];
}

/** A fresh signing key and everybody standing. */
export async function createIdentity(): Promise<Identity> {
  const { privateKey, publicKey } = await generateKeyPair('EdDSA', { extractable: true });
  const key: SigningKey = { kid: randomUUID(), privateKey };
  const jwk = { ...(await exportJWK(publicKey)), kid: key.kid, alg: 'EdDSA' };
  const identity: Identity = {
    keys: localTokenKeys({ keys: [jwk] }),
    jwks: { keys: [jwk] },
    fallen: new Map(),
    away: false,
    asked: [],
    async machineToken(grant = {}, lifeMs = 60_000) {
      const whole = { sub: 'machine', team: 'team', key: null, registration: 1, host: 'host', ...grant };
      return (await signMachineToken(whole, key, new Date(), lifeMs)).token;
    },
    async ticket(machineId, grant = {}, lifeMs = 60_000) {
      const whole = {
        sub: 'user',
        name: 'User',
        machine: machineId,
        team: 'team',
        session: 'login',
        ...grant,
      };
      return (await signTicket(whole, key, new Date(), lifeMs)).token;
    },
    async standing(question) {
      identity.asked.push(question);
      if (identity.away) throw new Error('the gateway is away');
      const verdict = (id: string) => {
        const reason = identity.fallen.get(id);
        return reason ? { reason } : null;
      };
      return {
        machines: question.machines.map(({ machineId }) => verdict(machineId)),
        people: question.people.map(({ userId }) => verdict(userId)),
      };
    },
  };
  return identity;
}
