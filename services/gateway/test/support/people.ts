/** People of a test gateway, signed in. */
import assert from 'node:assert/strict';
import { apiClient, type ApiClient } from './api-client.ts';
import type { TestGateway } from './start-gateway.ts';

export interface TestPerson {
  readonly api: ApiClient;
  readonly userId: string;
  readonly email: string;
  readonly password: string;
}

/** The owner of the first team, signed in with a fresh link; the first call also gives them a password. */
export async function owner(gateway: TestGateway): Promise<TestPerson & { teamId: string }> {
  const link = await gateway.running.gateway.mintOwnerLink();
  const api = gateway.stranger();
  const code = new URL(link).searchParams.get('code');
  const { status, body } = await api.post('/api/auth/link', { code });
  assert.equal(status, 200, JSON.stringify(body));
  return {
    api,
    userId: body.user.id,
    email: body.user.email,
    password: '',
    teamId: gateway.firstRun.team.id,
  };
}

/** A new person in a team, by an invitation of `inviter`. */
export async function newMember(
  gateway: TestGateway,
  inviter: ApiClient,
  options: { teamId: string; role?: 'admin' | 'member'; name?: string },
): Promise<TestPerson> {
  const { teamId, role = 'member', name = 'Member' } = options;
  const invited = await inviter.post(`/api/teams/${teamId}/invitations`, { role });
  assert.equal(invited.status, 201, JSON.stringify(invited.body));
  const code = new URL(invited.body.link).pathname.split('/').at(-1);
  const api = gateway.stranger();
  const email = `${name.toLowerCase()}-${crypto.randomUUID().slice(0, 8)}@example.com`;
  const password = 'a long enough password';
  const { status, body } = await api.post(`/api/invitations/${code}/accept`, { name, email, password });
  assert.equal(status, 200, JSON.stringify(body));
  return { api, userId: body.user.id, email, password };
}

/** A user token of a signed-in person, by the loopback login. */
export async function userTokenOf(gateway: TestGateway, person: ApiClient): Promise<string> {
  const verifier = 'v'.repeat(43);
  const hash = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(verifier));
  const challenge = Buffer.from(hash).toString('base64url');
  const { body } = await person.post('/api/cli-auth/approve', {
    port: 4321,
    state: 's'.repeat(16),
    challenge,
  });
  const token = await gateway.stranger().post('/api/cli-auth/token', { code: body.code, verifier });
  assert.equal(token.status, 200, JSON.stringify(token.body));
  return token.body.token;
}

/** A client that shows a bearer token and keeps no cookies. */
export function bearing(gateway: TestGateway, token: string): ApiClient {
  return apiClient(gateway.url, { authorization: `Bearer ${token}` });
}
