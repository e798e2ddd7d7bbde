import assert from 'node:assert/strict';
import {
  connectMachine,
  GatewayError,
  LinkClosed,
  MachineOffline,
  MachineTimeout,
  RequestFailed,
  type ConnectionState,
  type MachineClientOptions,
} from '../../client/index.ts';
import { CLOSE, FrameKind, MACHINE_CHANNEL, type MachineReady } from '../../wire/index.ts';
import { fakeTimers, settled } from '../support/fake-timers.ts';
import { SESSION_ID } from '../support/reference-machine.ts';
import { scriptedRelay } from '../support/scripted-relay.ts';

const READY: MachineReady = {
  type: 'machine_ready',
  epoch: 1,
  head: 4,
  version: '0.1.0',
  hostname: 'host',
  home: '/home/a',
  projects: [],
  sessions: [],
};

describe('machine client: connection', () => {
  it('asks for a ticket, opens a socket and is live once the relay welcomes it', async () => {
    const { client, relay } = await started();
    assert.equal(client.state.kind, 'connecting');

    relay.last.welcome();

    assert.equal(client.state.kind, 'live');
    assert.deepEqual(relay.last.address, {
      relayUrl: 'https://relay',
      machineId: 'machine',
      ticket: 'ticket 1',
    });
  });

  it('says that the machine is offline and since when, and that it is back', async () => {
    const { client, relay } = await started();
    relay.last.welcome({ online: false, lastSeenAt: '2026-11-21T08:00:00Z' });
    assert.ok(client.state.kind === 'machine-offline');
    assert.equal(client.state.lastSeenAt, '2026-11-21T08:00:00Z');

    relay.last.says({ kind: 'presence', online: true, lastSeenAt: null });

    assert.equal(client.state.kind, 'live');
  });

  it('reconnects on the schedule with a new ticket for every attempt', async () => {
    const { client, relay, timers } = await started();
    relay.last.welcome();
    const waits: number[] = [];

    for (let attempt = 1; attempt <= 7; attempt++) {
      const began = timers.now();
      relay.last.ends();
      while (relay.sockets.length === attempt) await timers.advance(100);
      waits.push(timers.now() - began);
      assert.ok(client.state.kind === 'reconnecting');
      assert.equal(client.state.attempt, attempt);
    }

    assert.deepEqual(waits, [1_000, 2_000, 5_000, 15_000, 30_000, 30_000, 30_000]);
    assert.equal(relay.last.address.ticket, 'ticket 8');
  });

  it('varies the waits by a fifth, and begins the schedule anew after a good link', async () => {
    const { client, relay, timers } = await started({ random: () => 0 });
    for (let round = 0; round < 2; round++) {
      relay.last.welcome();
      relay.last.ends();
      assert.ok(client.state.kind === 'reconnecting');
      assert.deepEqual([client.state.attempt, client.state.retryAt - timers.now()], [1, 800]);
      await timers.advance(800);
    }
  });

  it('gives up an attempt that nothing answers and makes the next', async () => {
    const { client, relay, timers } = await started();

    await timers.advance(15_000);

    assert.equal(client.state.kind, 'reconnecting');
    assert.equal(relay.last.isClosed, true);
    await timers.advance(1_000);
    assert.equal(relay.sockets.length, 2);
  });

  it('keeps when it was last heard and since when it is behind', async () => {
    const { client, relay, timers } = await started();
    relay.last.welcome();
    const heard = timers.now();
    await timers.advance(3_000);

    relay.last.ends();

    assert.deepEqual([client.state.lastHeardAt, client.state.since], [heard, timers.now()]);
  });

  it('connects at once when it is woken during a wait', async () => {
    const { client, relay, timers } = await started();
    relay.last.welcome();
    relay.last.ends();

    client.wake();
    await timers.advance(0);

    assert.equal(relay.sockets.length, 2);
  });

  it('does not trust a silent socket when it is woken, and opens another beside it', async () => {
    const { client, relay, timers } = await started();
    relay.last.welcome();
    client.wake();
    await timers.advance(60_000);
    assert.equal(relay.sockets.length, 1);

    client.wake();
    await timers.advance(0);

    assert.deepEqual([relay.sockets.length, client.state.kind], [2, 'live']);
  });

  for (const [close, reason] of [
    [CLOSE.forbidden, 'forbidden'],
    [CLOSE.machineRevoked, 'machine-revoked'],
  ] as const) {
    it(`ends for good after close code ${close.code}`, async () => {
      const { client, relay, timers } = await started();
      relay.last.welcome();

      relay.last.says({ kind: 'closed', code: close.code, reason: close.reason, message: 'no longer' });
      await timers.advance(120_000);

      assert.ok(client.state.kind === 'ended');
      assert.deepEqual([client.state.reason, client.state.message], [reason, 'no longer']);
      assert.deepEqual([relay.sockets.length, relay.last.isClosed, timers.waiting], [1, true, 0]);
    });
  }

  it('comes back with a new ticket after its ticket expired', async () => {
    const { relay, timers } = await started();
    relay.last.ends(CLOSE.tokenExpired.code);

    await timers.advance(1_000);

    assert.equal(relay.last.address.ticket, 'ticket 2');
  });

  for (const [status, reason] of [
    [401, 'signed-out'],
    [403, 'forbidden'],
    [404, 'machine-revoked'],
  ] as const) {
    it(`ends for good when the gateway answers ${status} to the request for a ticket`, async () => {
      const getTicket = () => Promise.reject(new GatewayError(status, 'code', 'message'));
      const { client } = await started({ getTicket });

      assert.ok(client.state.kind === 'ended');
      assert.equal(client.state.reason, reason);
    });
  }

  it('tries again when the gateway cannot be reached', async () => {
    const getTicket = () => Promise.reject(new GatewayError(0, 'gateway-unreachable', 'no answer'));

    const { client } = await started({ getTicket });

    assert.equal(client.state.kind, 'reconnecting');
  });

  it('stands frames it cannot read, such as those of a newer relay', async () => {
    const { client, relay } = await started();
    relay.last.welcome();

    relay.last.saysText('{"kind":"fanfare"}');
    relay.last.saysText('no JSON');
    relay.last.bytes(new Uint8Array(5));

    assert.equal(client.state.kind, 'live');
  });

  it('is silent after close, whatever comes', async () => {
    const { client, relay, states, timers } = await started();
    relay.last.welcome();
    client.close();
    client.close();

    relay.last.ends();
    client.wake();
    await timers.advance(60_000);

    assert.deepEqual(
      states.map(({ kind }) => kind),
      ['live', 'ended'],
    );
    assert.deepEqual([relay.sockets.length, timers.waiting], [1, 0]);
  });
});

describe('machine client: moving to another relay', () => {
  it('opens the second link before it leaves the first, and nobody sees a break', async () => {
    const { relay, states, timers } = await started();
    relay.last.welcome();
    const [first] = relay.sockets;

    relay.last.says({ kind: 'drain', spreadMs: 10_000 });
    await timers.advance(10_000);
    assert.deepEqual([relay.sockets.length, first?.isClosed], [2, false]);
    relay.last.welcome();

    assert.equal(first?.isClosed, true);
    assert.deepEqual(
      states.map(({ kind }) => kind),
      ['live'],
    );
  });

  it('opens its channels from their cursors on the second link', async () => {
    const { client, relay, timers } = await started();
    client.openLists({ onReady: () => {}, onEvents: () => {} });
    relay.last.welcome();
    relay.last.data(
      { kind: FrameKind.snapshot, flags: 1, sequence: 4 },
      { v: 1, from: 0, ready: READY, events: [] },
    );

    relay.last.says({ kind: 'drain', spreadMs: 10 });
    await timers.advance(10);
    relay.last.welcome();

    assert.deepEqual(relay.last.controls, [
      { kind: 'open', channel: MACHINE_CHANNEL, cursor: { epoch: 1, seq: 4 } },
    ]);
  });

  it('waits on the first link for answers that are expected there', async () => {
    const { client, relay, timers } = await started();
    relay.last.welcome();
    const [first] = relay.sockets;
    const answer = client.request('GET', '/api/health');
    await settled();

    relay.last.says({ kind: 'drain', spreadMs: 10 });
    await timers.advance(10);
    relay.last.welcome();
    assert.equal(first?.isClosed, false);
    first?.answer(1, 200, { ok: true });

    assert.deepEqual((await answer).body, { ok: true });
    assert.equal(first?.isClosed, true);
  });

  it('sends again on the second link what the first did not answer for long', async () => {
    const { client, relay, timers } = await started();
    relay.last.welcome();
    const answer = client.request('POST', '/api/projects', {});
    await settled();
    relay.last.says({ kind: 'drain', spreadMs: 10 });
    await timers.advance(10);
    relay.last.welcome();

    await timers.advance(5_000);
    relay.last.answer(1, 201);

    assert.equal((await answer).status, 201);
    assert.deepEqual(relay.sockets[0]?.requests, relay.sockets[1]?.requests);
  });

  it('stays on the first link while the second cannot be opened', async () => {
    const { client, relay, timers } = await started();
    relay.last.welcome();
    relay.last.says({ kind: 'drain', spreadMs: 10 });
    await timers.advance(10);

    relay.last.ends();
    await timers.advance(1_000);

    assert.deepEqual(
      [relay.sockets.length, client.state.kind, relay.sockets[0]?.isClosed],
      [3, 'live', false],
    );
  });

  it('is reconnecting when the first link ends before the second is open', async () => {
    const { client, relay, timers } = await started();
    relay.last.welcome();
    relay.last.says({ kind: 'drain', spreadMs: 10 });
    await timers.advance(10);

    relay.sockets[0]?.ends(CLOSE.draining.code);
    assert.equal(client.state.kind, 'reconnecting');
    relay.last.welcome();

    assert.deepEqual([client.state.kind, relay.sockets.length], ['live', 2]);
  });
});

describe('machine client: requests', () => {
  it('answers each request with its own answer, in whatever order they come', async () => {
    const { client, relay } = await started();
    relay.last.welcome();
    const slow = client.request('GET', '/slow');
    const fast = client.request('GET', '/fast');
    await settled();

    relay.last.answer(2, 200, 'fast');
    relay.last.answer(1, 200, 'slow');

    assert.deepEqual([(await slow).body, (await fast).body], ['slow', 'fast']);
  });

  it('gives every changing request a key of its own, and a reading one none', async () => {
    const { client, relay } = await started();
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
    const { client, relay, timers } = await started();
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
    const { client, relay } = await started();
    relay.last.welcome();
    const answer = client.request('POST', '/x', {}, { retry: false });
    await settled();

    relay.last.ends();

    await assert.rejects(answer, LinkClosed);
  });

  it('waits for the link, and fails as LinkClosed when that takes too long', async () => {
    const { client, timers } = await started();
    const answer = assert.rejects(client.request('GET', '/x', undefined, { timeoutMs: 3_000 }), LinkClosed);

    await timers.advance(3_000);

    await answer;
  });

  it('fails as MachineTimeout when the link is good and no answer comes in 35 s', async () => {
    const { client, relay, timers } = await started();
    relay.last.welcome();
    const answer = assert.rejects(client.request('GET', '/x'), MachineTimeout);

    await timers.advance(35_000);

    await answer;
  });

  it('tells an offline machine from a failing one by who says so', async () => {
    const { client, relay } = await started();
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
    const { client, relay, timers } = await started();
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
    const { client, relay } = await started();
    relay.last.welcome();
    const answer = client.request('POST', '/x', {}, { retry: false });
    await settled();

    relay.last.answer(1, 503, { error: { code: 'machine-offline', message: 'broke' } }, { fromRelay: true });

    await assert.rejects(answer, MachineOffline);
  });

  it('names the timeout the relay reports', async () => {
    const { client, relay } = await started();
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
    const { client, relay } = await started();
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
    const { client, relay } = await started();
    relay.last.welcome({ maxFrameBytes: 200 });

    await assert.rejects(client.request('POST', '/x', 'x'.repeat(200)), {
      status: 413,
      code: 'frame-too-large',
    });
    assert.equal(relay.last.requests.length, 0);
  });

  it('ends with the signal that was given to it', async () => {
    const { client, relay } = await started();
    relay.last.welcome();
    const stop = new AbortController();
    const answer = client.request('GET', '/x', undefined, { signal: stop.signal });
    await settled();

    stop.abort(new Error('left the page'));

    await assert.rejects(answer, /left the page/);
    await assert.rejects(client.request('GET', '/x', undefined, { signal: stop.signal }), /left the page/);
  });

  it('ends all that waits when the client is closed, and takes no more', async () => {
    const { client, relay, timers } = await started();
    relay.last.welcome();
    const answer = assert.rejects(client.request('GET', '/x'), LinkClosed);
    await settled();

    client.close();

    await answer;
    await assert.rejects(client.request('GET', '/x'), LinkClosed);
    assert.equal(timers.waiting, 0);
  });

  it('leaves out an answer to nothing', async () => {
    const { client, relay } = await started();
    relay.last.welcome();

    relay.last.answer(99, 200);

    assert.equal(client.state.kind, 'live');
  });
});

describe('machine client: channels', () => {
  it('opens a channel when the machine can be reached, not before', async () => {
    const { client, relay } = await started();
    client.openSession(SESSION_ID, { onReady: () => {}, onEvents: () => {} });
    relay.last.welcome({ online: false });
    assert.deepEqual(relay.last.controls, []);

    relay.last.says({ kind: 'presence', online: true, lastSeenAt: null });

    assert.deepEqual(relay.last.controls, [
      { kind: 'open', channel: SESSION_ID, cursor: { epoch: 0, seq: 0 } },
    ]);
  });

  it('hands over the lists whole with each snapshot', async () => {
    const { client, relay } = await started();
    const told: string[] = [];
    client.openLists({
      onReady: ({ hostname }, fresh) => void told.push(`${hostname} ${fresh}`),
      onEvents: (events) => void told.push(...events.map(({ type }) => type)),
    });
    relay.last.welcome();

    for (let round = 0; round < 2; round++) {
      relay.last.data(
        { kind: FrameKind.snapshot, flags: 1, sequence: 4 },
        { v: 1, from: 0, ready: READY, events: [] },
      );
      const renamed = { type: 'session_renamed', sessionId: 'x', title: 't', seq: 5, at: 1 };
      relay.last.data({ kind: FrameKind.events, target: 1, sequence: 5 }, { v: 1, events: [renamed] });
    }

    assert.deepEqual(told, ['host true', 'session_renamed', 'host true', 'session_renamed']);
  });

  it('has one reader per channel, and takes another after the first was closed', async () => {
    const { client, relay } = await started();
    relay.last.welcome();
    const handlers = { onReady: () => {}, onEvents: () => {} };
    const first = client.openSession(SESSION_ID, handlers);
    assert.throws(() => client.openSession(SESSION_ID, handlers), /open already/);

    first.close();
    client.openSession(SESSION_ID, handlers);
    first.close();

    assert.deepEqual(
      relay.last.controls.map(({ kind }) => kind),
      ['open', 'close', 'open'],
    );
  });

  it('refuses an id that is no UUID', async () => {
    const { client } = await started();

    assert.throws(() => client.openSession('abc', { onReady: () => {}, onEvents: () => {} }), /UUID/);
  });
});

async function started(options: Partial<MachineClientOptions> = {}) {
  const timers = fakeTimers();
  const relay = scriptedRelay();
  const states: ConnectionState[] = [];
  const ticket = { count: 0 };
  const client = connectMachine({
    machineId: 'machine',
    getTicket: () => Promise.resolve({ ticket: `ticket ${++ticket.count}`, relayUrl: 'https://relay' }),
    timers,
    random: () => 0.5,
    connect: relay.connect,
    onState: (state) => void states.push(state),
    ...options,
  });
  await settled();
  return { client, relay, timers, states };
}
