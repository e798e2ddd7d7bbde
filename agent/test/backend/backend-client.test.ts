import { strict as assert } from 'node:assert';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import * as v from 'valibot';
import { callJson } from '../../src/backend/json-call.ts';
import { createBackendClient } from '../../src/backend/backend-client.ts';
import { useCleanUp } from '../support/clean-up.ts';
import { closedPort } from '../support/closed-port.ts';
import { startFakeGateway } from '../support/fake-gateway.ts';

const ANY = v.object({ ok: v.boolean() });

describe('the backend client', () => {
  const defer = useCleanUp();

  it('knows a healthy backend from an unhealthy and an absent one', async () => {
    const gateway = await startFakeGateway(defer);
    const client = createBackendClient(gateway.url, fetch);

    assert.equal(await client.healthy(), true);
    gateway.healthStatus = 503;
    assert.equal(await client.healthy(), false);
    assert.equal(await createBackendClient(`http://127.0.0.1:${await closedPort()}`, fetch).healthy(), false);
  });

  it('says in one line that nothing answers', async () => {
    await assert.rejects(callJson(fetch, `http://127.0.0.1:${await closedPort()}/x`, ANY), {
      code: 'backend-unreachable',
      message: /^no backend reachable at http:\/\/127\.0\.0\.1:\d+\/x: ECONNREFUSED$/,
    });
  });

  it('gives up an answer that does not come in time', async () => {
    const url = await serve(() => {});

    await assert.rejects(callJson(fetch, url, ANY, { timeoutMs: 50 }), /no answer within 0.05 s/);
  });

  it('does not take something else for the backend', async () => {
    const url = await serve((answer) => answer(200, '<html>'));

    await assert.rejects(callJson(fetch, url, ANY), /something else answers there/);
  });

  it('passes on what the backend says, and a bare status where it says nothing', async () => {
    const said = await serve((answer) =>
      answer(403, '{"error":{"code":"forbidden","message":"no","details":{"a":1}}}'),
    );
    const bare = await serve((answer) => answer(502, 'bad gateway'));

    await assert.rejects(callJson(fetch, said, ANY), {
      status: 403,
      reasonCode: 'forbidden',
      message: 'no',
      details: { a: 1 },
    });
    await assert.rejects(callJson(fetch, bare, ANY), { status: 502, reasonCode: 'http-502' });
  });

  async function serve(act: (answer: (status: number, text: string) => void) => void): Promise<string> {
    const server = createServer((_request, response) =>
      act((status, text) => response.writeHead(status).end(text)),
    );
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    defer(() => new Promise((resolve) => (server.close(resolve), server.closeAllConnections())));
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}/x`;
  }
});
