import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import { afterEach, before, describe, it } from 'mocha';
import { ServiceError } from '../src/errors.ts';
import { JWKS_PATH, localTokenKeys, remoteTokenKeys, type TokenKeys } from '../src/token-keys.ts';
import {
  signMachineToken,
  signTicket,
  verifyMachineToken,
  verifyTicket,
  type SigningKey,
} from '../src/tokens.ts';

const now = new Date('2026-11-21T10:00:00Z');
const later = (ms: number) => new Date(now.getTime() + ms);
const machine = { sub: 'm1', team: 't1', key: null, registration: 3, host: 'build-1' };
const ticket = { sub: 'u1', name: 'Ada', machine: 'm1', team: 't1', session: 's1' };

describe('tokens', () => {
  let key: SigningKey;
  let stranger: SigningKey;
  let keys: TokenKeys;
  let jwks: { keys: object[] };

  before(async () => {
    const pair = await generateKeyPair('EdDSA', { crv: 'Ed25519', extractable: true });
    const other = await generateKeyPair('EdDSA', { crv: 'Ed25519' });
    key = { kid: 'k1', privateKey: pair.privateKey };
    stranger = { kid: 'k1', privateKey: other.privateKey };
    jwks = { keys: [{ ...(await exportJWK(pair.publicKey)), kid: 'k1', alg: 'EdDSA' }] };
    keys = localTokenKeys({ keys: [{ ...(await exportJWK(pair.publicKey)), kid: 'k1', alg: 'EdDSA' }] });
  });

  it('a machine token carries its claims until it expires', async () => {
    const { token, expiresAt } = await signMachineToken(machine, key, now, 60_000);

    const claims = await verifyMachineToken(token, keys, later(59_000));

    assert.deepEqual(expiresAt, later(60_000));
    assert.equal(claims.sub, 'm1');
    assert.equal(claims.registration, 3);
    assert.equal(claims.key, null);
    await assert.rejects(verifyMachineToken(token, keys, later(61_000)), isRefused);
  });

  it('a ticket is no machine token, nor the other way round', async () => {
    const asTicket = await signTicket(ticket, key, now, 60_000);
    const asMachine = await signMachineToken(machine, key, now, 60_000);

    assert.equal((await verifyTicket(asTicket.token, keys, now)).session, 's1');
    await assert.rejects(verifyMachineToken(asTicket.token, keys, now), isRefused);
    await assert.rejects(verifyTicket(asMachine.token, keys, now), isRefused);
  });

  it('a token of a stranger under a known key id is refused', async () => {
    const { token } = await signMachineToken(machine, stranger, now, 60_000);

    await assert.rejects(verifyMachineToken(token, keys, now), isRefused);
  });

  it('a token that is signed with a shared secret, or not at all, is refused', async () => {
    const secret = new TextEncoder().encode('a secret of at least thirty-two bytes');
    const shared = await new SignJWT(machine).setProtectedHeader({ alg: 'HS256', kid: 'k1' }).sign(secret);
    const bare = `${btoa('{"alg":"none"}')}.${btoa(JSON.stringify(machine))}.`;

    for (const text of [shared, bare, '', 'no.token.here', 'sk-spectral-team-x']) {
      await assert.rejects(verifyMachineToken(text, keys, now), isRefused, text);
    }
  });

  describe('with keys fetched from the gateway', () => {
    const cleanups: (() => void)[] = [];
    afterEach(() => {
      for (const clean of cleanups.splice(0)) clean();
    });

    it('a token is checked with the keys shown there', async () => {
      const url = await serve(200);
      const { token } = await signMachineToken(machine, key, now, 60_000);

      assert.equal((await verifyMachineToken(token, remoteTokenKeys(url), now)).sub, 'm1');
    });

    it('a key id unknown there is the fault of the token', async () => {
      const url = await serve(200);
      const { token } = await signMachineToken(machine, { ...key, kid: 'made-up' }, now, 60_000);

      await assert.rejects(verifyMachineToken(token, remoteTokenKeys(url), now), isRefused);
    });

    it('a gateway that fails, or is away, is told apart from a bad token', async () => {
      const url = await serve(500);
      const { token } = await signMachineToken(machine, key, now, 60_000);

      await assert.rejects(verifyMachineToken(token, remoteTokenKeys(url), now), isUnavailable);
      await assert.rejects(
        verifyMachineToken(token, remoteTokenKeys('http://127.0.0.1:1'), now),
        isUnavailable,
      );
    });

    async function serve(status: number): Promise<string> {
      const server = createServer((request, response) => {
        response.statusCode = request.url === JWKS_PATH ? status : 404;
        response.setHeader('content-type', 'application/json').end(JSON.stringify(jwks));
      });
      cleanups.push(() => {
        server.close();
        server.closeAllConnections();
      });
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
      return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    }
  });
});

const isRefused = (error: unknown) => error instanceof ServiceError && error.code === 'unauthenticated';
const isUnavailable = (error: unknown) => error instanceof ServiceError && error.code === 'unavailable';
