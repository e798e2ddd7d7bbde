import assert from 'node:assert/strict';
import { GatewayError } from '../../client/index.ts';
import { CLOSE } from '../../wire/index.ts';
import { startedClient } from '../support/started-client.ts';

describe('machine client: connection', () => {
  it('asks for a ticket, opens a socket and is live once the relay welcomes it', async () => {
    const { client, relay } = await startedClient();
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
    const { client, relay } = await startedClient();
    relay.last.welcome({ online: false, lastSeenAt: '2026-11-21T08:00:00Z' });
    assert.ok(client.state.kind === 'machine-offline');
    assert.equal(client.state.lastSeenAt, '2026-11-21T08:00:00Z');

    relay.last.says({ kind: 'presence', online: true, lastSeenAt: null });

    assert.equal(client.state.kind, 'live');
  });

  it('reconnects on the schedule with a new ticket for every attempt', async () => {
    const { client, relay, timers } = await startedClient();
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
    const { client, relay, timers } = await startedClient({ random: () => 0 });
    for (let round = 0; round < 2; round++) {
      relay.last.welcome();
      relay.last.ends();
      assert.ok(client.state.kind === 'reconnecting');
      assert.deepEqual([client.state.attempt, client.state.retryAt - timers.now()], [1, 800]);
      await timers.advance(800);
    }
  });

  it('gives up an attempt that nothing answers and makes the next', async () => {
    const { client, relay, timers } = await startedClient();

    await timers.advance(15_000);

    assert.equal(client.state.kind, 'reconnecting');
    assert.equal(relay.last.isClosed, true);
    await timers.advance(1_000);
    assert.equal(relay.sockets.length, 2);
  });

  it('keeps when it was last heard and since when it is behind', async () => {
    const { client, relay, timers } = await startedClient();
    relay.last.welcome();
    const heard = timers.now();
    await timers.advance(3_000);

    relay.last.ends();

    assert.deepEqual([client.state.lastHeardAt, client.state.since], [heard, timers.now()]);
  });

  it('connects at once when it is woken during a wait', async () => {
    const { client, relay, timers } = await startedClient();
    relay.last.welcome();
    relay.last.ends();

    client.wake();
    await timers.advance(0);

    assert.equal(relay.sockets.length, 2);
  });

  it('does not trust a silent socket when it is woken, and opens another beside it', async () => {
    const { client, relay, timers } = await startedClient();
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
      const { client, relay, timers } = await startedClient();
      relay.last.welcome();

      relay.last.says({ kind: 'closed', code: close.code, reason: close.reason, message: 'no longer' });
      await timers.advance(120_000);

      assert.ok(client.state.kind === 'ended');
      assert.deepEqual([client.state.reason, client.state.message], [reason, 'no longer']);
      assert.deepEqual([relay.sockets.length, relay.last.isClosed, timers.waiting], [1, true, 0]);
    });
  }

  it('comes back with a new ticket after its ticket expired', async () => {
    const { relay, timers } = await startedClient();
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
      const { client } = await startedClient({ getTicket });

      assert.ok(client.state.kind === 'ended');
      assert.equal(client.state.reason, reason);
    });
  }

  it('tries again when the gateway cannot be reached', async () => {
    const getTicket = () => Promise.reject(new GatewayError(0, 'gateway-unreachable', 'no answer'));

    const { client } = await startedClient({ getTicket });

    assert.equal(client.state.kind, 'reconnecting');
  });

  it('stands frames it cannot read, such as those of a newer relay', async () => {
    const { client, relay } = await startedClient();
    relay.last.welcome();

    relay.last.saysText('{"kind":"fanfare"}');
    relay.last.saysText('no JSON');
    relay.last.bytes(new Uint8Array(5));

    assert.equal(client.state.kind, 'live');
  });

  it('is silent after close, whatever comes', async () => {
    const { client, relay, states, timers } = await startedClient();
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
