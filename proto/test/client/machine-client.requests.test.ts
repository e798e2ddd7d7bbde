import assert from 'node:assert/strict';
import { LinkClosed, MachineOffline, MachineTimeout, RequestFailed } from '../../client/index.ts';
import { settled } from '../support/fake-timers.ts';
import { startedClient } from '../support/started-client.ts';

describe('machine client: requests', () => {
  it('answers each request with its own answer, in whatever order they come', async () => {
    const { client, relay } = await startedClient();
    relay.last.welcome();
    const slow = client.request('GET', '/slow');
    const fast = client.request('GET', '/fast');
    await settled();

    relay.last.answer(2, 200, 'fast');
    relay.last.answer(1, 200, 'slow');

    assert.deepEqual([(await slow).body, (await fast).body], ['slow', 'fast']);
  });

  it('gives every changing request a key of its own, and a reading one none', async () => {
    const { client, relay } = await startedClient();
    relay.last.welcome();
    for (const method of ['POST', 'POST', 'GET'] as const) void client.request(method, '/x').catch(() => {});
    await settled();

    const [one, other, reading] = relay.last.requests.map(({ payload }) => payload.key);

    assert.match(one ?? '', /^[0-9a-f]{32}$/);
    assert.notEqual(one, other);
    assert.equal(reading, undefined);
    client.close();
  });

  it('sends a request again with the same key when the link broke under it', async () => {
    const { client, relay, timers } = await startedClient();
    relay.last.welcome();
    const answer = client.request('POST', '/api/sessions/x/prompts', { content: 'hi' });
    await settled();
    const [first] = relay.last.requests;

    relay.last.ends();
    await timers.advance(1_000);
    relay.last.welcome();
    relay.last.answer(relay.last.requests[0]?.id ?? 0, 202);

    assert.equal((await answer).status, 202);
    assert.deepEqual(relay.last.requests[0]?.payload, first?.payload);
  });

  it('fails at the break when it must not be sent again', async () => {
    const { client, relay } = await startedClient();
    relay.last.welcome();
    const answer = client.request('POST', '/x', {}, { retry: false });
    await settled();

    relay.last.ends();

    await assert.rejects(answer, LinkClosed);
  });

  it('waits for the link, and fails as LinkClosed when that takes too long', async () => {
    const { client, timers } = await startedClient();
    const answer = assert.rejects(client.request('GET', '/x', undefined, { timeoutMs: 3_000 }), LinkClosed);

    await timers.advance(3_000);

    await answer;
  });

  it('fails as MachineTimeout when the link is good and no answer comes in 35 s', async () => {
    const { client, relay, timers } = await startedClient();
    relay.last.welcome();
    const answer = assert.rejects(client.request('GET', '/x'), MachineTimeout);

    await timers.advance(35_000);

    await answer;
  });

  it('tells an offline machine from a failing one by who says so', async () => {
    const { client, relay } = await startedClient();
    relay.last.welcome();
    const body = {
      error: { code: 'machine-offline', message: 'offline', details: { lastSeenAt: '2026-11-21T08:00:00Z' } },
    };
    const byRelay = client.request('GET', '/x');
    const byMachine = client.request('GET', '/x');
    await settled();

    relay.last.answer(1, 503, body, { fromRelay: true });
    relay.last.answer(2, 503, body);

    await assert.rejects(
      byRelay,
      (error) => error instanceof MachineOffline && error.lastSeenAt === '2026-11-21T08:00:00Z',
    );
    await assert.rejects(byMachine, (error) => error instanceof RequestFailed && error.status === 503);
  });

  it("sends a request again with the same key when the machine's link broke under it", async () => {
    const { client, relay, timers } = await startedClient();
    relay.last.welcome();
    const answer = client.request('POST', '/x', {});
    await settled();

    relay.last.answer(1, 503, { error: { code: 'machine-offline', message: 'broke' } }, { fromRelay: true });
    await timers.advance(500);
    relay.last.answer(1, 201);

    assert.equal((await answer).status, 201);
    const [first, second] = relay.last.requests;
    assert.deepEqual(first, second);
    assert.equal(timers.waiting, 0);
  });

  it("fails at once when the machine's link broke and the request must not be sent again", async () => {
    const { client, relay } = await startedClient();
    relay.last.welcome();
    const answer = client.request('POST', '/x', {}, { retry: false });
    await settled();

    relay.last.answer(1, 503, { error: { code: 'machine-offline', message: 'broke' } }, { fromRelay: true });

    await assert.rejects(answer, MachineOffline);
  });

  it('names the timeout the relay reports', async () => {
    const { client, relay } = await startedClient();
    relay.last.welcome();
    const answer = client.request('GET', '/x');
    await settled();

    relay.last.answer(
      1,
      504,
      { error: { code: 'machine-timeout', message: 'no answer' } },
      { fromRelay: true },
    );

    await assert.rejects(answer, MachineTimeout);
  });

  it('passes on what the machine says of a failure', async () => {
    const { client, relay } = await startedClient();
    relay.last.welcome();
    const answer = client.request('POST', '/api/projects', { path: '/nowhere' });
    await settled();

    relay.last.answer(1, 400, {
      error: { code: 'no-directory', message: 'no such directory', details: { field: 'path' } },
    });

    await assert.rejects(answer, {
      status: 400,
      code: 'no-directory',
      message: 'no such directory',
      details: { field: 'path' },
    });
  });

  it('refuses a request larger than a frame may be, before it is sent', async () => {
    const { client, relay } = await startedClient();
    relay.last.welcome({ maxFrameBytes: 200 });

    await assert.rejects(client.request('POST', '/x', 'x'.repeat(200)), {
      status: 413,
      code: 'frame-too-large',
    });
    assert.equal(relay.last.requests.length, 0);
  });

  it('ends with the signal that was given to it', async () => {
    const { client, relay } = await startedClient();
    relay.last.welcome();
    const stop = new AbortController();
    const answer = client.request('GET', '/x', undefined, { signal: stop.signal });
    await settled();

    stop.abort(new Error('left the page'));

    await assert.rejects(answer, /left the page/);
    await assert.rejects(client.request('GET', '/x', undefined, { signal: stop.signal }), /left the page/);
  });

  it('ends all that waits when the client is closed, and takes no more', async () => {
    const { client, relay, timers } = await startedClient();
    relay.last.welcome();
    const answer = assert.rejects(client.request('GET', '/x'), LinkClosed);
    await settled();

    client.close();

    await answer;
    await assert.rejects(client.request('GET', '/x'), LinkClosed);
    assert.equal(timers.waiting, 0);
  });

  it('leaves out an answer to nothing', async () => {
    const { client, relay } = await startedClient();
    relay.last.welcome();

    relay.last.answer(99, 200);

    assert.equal(client.state.kind, 'live');
  });
});
