import { strict as assert } from 'node:assert';
import { request, type IncomingMessage } from 'node:http';
import { statSync, writeFileSync } from 'node:fs';
import { text } from 'node:stream/consumers';
import { join } from 'node:path';
import type { RequestPayload, ResponsePayload } from '@spectral/proto/wire';
import { openLocalDoor } from '../../src/door/local-door.ts';
import { useCleanUp } from '../support/clean-up.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';

const OWNER = { userId: 'local', name: 'ada' };

describe('the local door', () => {
  const defer = useCleanUp();

  it('carries requests with body and key as HTTP, and is the owner’s alone', async () => {
    const { path, asked } = await open({ v: 1, status: 201, body: { made: true } });

    const answer = await call(path, 'POST', '/api/projects?x=1', '{"path":"/tmp"}', {
      'idempotency-key': 'key-0001',
    });

    assert.deepEqual([answer.status, JSON.parse(answer.body)], [201, { made: true }]);
    assert.deepEqual(asked, [
      { v: 1, method: 'POST', path: '/api/projects?x=1', body: { path: '/tmp' }, key: 'key-0001' },
    ]);
    assert.equal(statSync(path).mode & 0o777, 0o600);
  });

  it('answers 400 for a broken body and a method the machine does not have', async () => {
    const { path } = await open({ v: 1, status: 200 });

    assert.equal((await call(path, 'POST', '/x', '{broken')).status, 400);
    assert.equal((await call(path, 'PUT', '/x', '{}')).status, 400);
  });

  it('takes the place of a socket that a dead daemon left', async () => {
    const path = join(temporaryDirectory(defer), 'daemon.sock');
    writeFileSync(path, '');

    await open({ v: 1, status: 200, body: 1 }, path);

    assert.equal((await call(path, 'GET', '/x')).body, '1');
  });

  it('says what to do when it cannot be opened', async () => {
    const path = join(temporaryDirectory(defer), 'x'.repeat(120), 'daemon.sock');

    await assert.rejects(open({ v: 1, status: 200 }, path), /SPECTRAL_CONFIG_DIR to a shorter one/);
  });

  async function open(answer: ResponsePayload, path = join(temporaryDirectory(defer), 'daemon.sock')) {
    const asked: RequestPayload[] = [];
    const door = await openLocalDoor({
      path,
      actor: OWNER,
      answering: async (payload, actor) => {
        assert.deepEqual(actor, OWNER);
        asked.push(payload);
        return answer;
      },
    });
    defer(() => door.close());
    return { path, asked };
  }
});

async function call(
  socketPath: string,
  method: string,
  path: string,
  body = '',
  headers = {},
): Promise<{ status: number; body: string }> {
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    const sent = request({ socketPath, method, path, headers }, resolve);
    sent.on('error', reject);
    sent.end(body);
  });
  return { status: response.statusCode ?? 0, body: await text(response) };
}
