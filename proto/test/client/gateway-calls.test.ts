import assert from 'node:assert/strict';
import { createGatewayClient, GatewayError, type FetchText } from '../../client/index.ts';
import type { Machine } from '../../wire/index.ts';

const machine: Machine = {
  id: 'm',
  name: 'laptop',
  hostname: 'laptop',
  version: '0.1.0',
  online: true,
  lastSeenAt: null,
  pid: 7,
  visibility: 'SHARED',
  team: { id: 't', name: 'Team' },
  owner: null,
  canManage: true,
  fleet: null,
};

describe('gateway client', () => {
  it('sends JSON with the header that proves the own origin, and the cookie of that origin only', async () => {
    const { fetch, calls } = answering(200, { user: {}, teams: [] });

    await createGatewayClient({ baseUrl: '', fetch }).login('ada@example.com', 'secret');

    const [url, init] = calls[0] ?? assert.fail('no call');
    assert.equal(url, '/api/auth/login');
    assert.deepEqual(
      [init.method, init.credentials, init.body],
      ['POST', 'same-origin', '{"email":"ada@example.com","password":"secret"}'],
    );
    assert.deepEqual(init.headers, {
      accept: 'application/json',
      'content-type': 'application/json',
      'x-spectral-csrf': '1',
    });
  });

  it('sends the token of a command line', async () => {
    const { fetch, calls } = answering(200, { machines: [machine] });

    const machines = await createGatewayClient({ baseUrl: 'https://host', fetch, token: 'abc' }).machines();

    assert.deepEqual(machines, [machine]);
    assert.equal(calls[0]?.[0], 'https://host/api/machines');
    assert.equal(calls[0]?.[1].headers['authorization'], 'Bearer abc');
  });

  it('writes ids into paths as one segment each', async () => {
    const { fetch, calls } = answering(200, { ok: true });

    await createGatewayClient({ baseUrl: '', fetch }).removeMember('a/b', '../c');

    assert.equal(calls[0]?.[0], '/api/teams/a%2Fb/members/..%2Fc');
  });

  it('rejects with what the gateway says of a failure', async () => {
    const { fetch } = answering(409, {
      error: { code: 'name-taken', message: 'Use --machine-name.', details: { name: 'x' } },
    });

    const call = createGatewayClient({ baseUrl: '', fetch }).registerMachine({
      name: 'x',
      hostname: 'x',
      version: '1',
      pid: 1,
    });

    await assert.rejects(call, {
      name: 'GatewayError',
      status: 409,
      code: 'name-taken',
      message: 'Use --machine-name.',
      details: { name: 'x' },
    });
  });

  it("rejects a proxy's page with its status, good or bad", async () => {
    for (const status of [200, 502]) {
      const { fetch } = answeringText(status, '<html>Bad gateway</html>');

      await assert.rejects(createGatewayClient({ baseUrl: '', fetch }).me(), { status, code: 'unknown' });
    }
  });

  it('rejects with status 0 and the first cause when there is no answer', async () => {
    const cause = new TypeError('fetch failed');

    const call = createGatewayClient({ baseUrl: 'https://host', fetch: () => Promise.reject(cause) }).me();

    await assert.rejects(call, (error) => {
      assert.ok(error instanceof GatewayError);
      assert.deepEqual(
        [error.status, error.code, error.message, error.cause],
        [0, 'gateway-unreachable', 'no answer from https://host', cause],
      );
      return true;
    });
  });

  it('gives up after the limit', async () => {
    const hanging: FetchText = (_url, { signal }) =>
      new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(new Error('aborted'))));

    await assert.rejects(createGatewayClient({ baseUrl: '', fetch: hanging, timeoutMs: 5 }).me(), {
      code: 'gateway-unreachable',
    });
  });

  it('refuses a list of machines that is none', async () => {
    const { fetch } = answering(200, { machines: [{ ...machine, online: 'yes' }] });

    await assert.rejects(createGatewayClient({ baseUrl: '', fetch }).machines(), /machines\.0\.online/);
  });
});

function answering(status: number, body: unknown) {
  return answeringText(status, JSON.stringify(body));
}

function answeringText(status: number, text: string) {
  const calls: Parameters<FetchText>[] = [];
  const fetch: FetchText = (...call) => {
    calls.push(call);
    return Promise.resolve({ status, text: () => Promise.resolve(text) });
  };
  return { fetch, calls };
}
