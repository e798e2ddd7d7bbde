/** A gateway's part in a measurement of the relay alone: it signs tokens, and everybody stands. */
import { generateKeyPairSync, randomUUID, sign, type KeyObject } from 'node:crypto';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { TokenKind } from '@spectral/proto/wire';

export interface FakeGateway {
  readonly url: string;
  readonly serviceSecret: string;
  machineToken(machineId: string): string;
  ticket(machineId: string): string;
  close(): Promise<void>;
}

const LIFE_SECONDS = 3_600;
const TEAM = 'team';

/** Starts it on loopback. */
export async function startFakeGateway(): Promise<FakeGateway> {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  const kid = randomUUID();
  const jwks = JSON.stringify({ keys: [{ ...publicKey.export({ format: 'jwk' }), kid, alg: 'EdDSA' }] });
  const server = createServer((request, response) => {
    const isStanding = request.url === '/internal/standing';
    const answer = isStanding ? everybodyStands(request) : Promise.resolve(jwks);
    void answer.then((text) => response.end(text));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const token = (claims: object) => jwt({ iss: 'spectral', team: TEAM, ...claims }, kid, privateKey);
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    serviceSecret: 'a-service-secret-of-a-measurement',
    machineToken: (sub) =>
      token({ sub, aud: TokenKind.machine, key: null, registration: 1, host: 'measured' }),
    ticket: (machine) =>
      token({ sub: 'user', aud: TokenKind.ticket, name: 'User', machine, session: 'login' }),
    async close() {
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

async function everybodyStands(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const { machines, people } = JSON.parse(Buffer.concat(chunks).toString()) as Record<string, unknown[]>;
  return JSON.stringify({ machines: machines?.map(() => null), people: people?.map(() => null) });
}

function jwt(claims: object, kid: string, key: KeyObject): string {
  const now = Math.floor(Date.now() / 1000);
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const body = `${part({ alg: 'EdDSA', typ: 'JWT', kid })}.${part({ ...claims, iat: now, exp: now + LIFE_SECONDS })}`;
  return `${body}.${sign(null, Buffer.from(body), key).toString('base64url')}`;
}
