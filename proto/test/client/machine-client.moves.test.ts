import assert from 'node:assert/strict';
import { CLOSE, FrameKind, MACHINE_CHANNEL } from '../../wire/index.ts';
import { settled } from '../support/fake-timers.ts';
import { machineReady } from '../support/reference-machine.ts';
import { startedClient } from '../support/started-client.ts';

describe('machine client: moving to another relay', () => {
  it('opens the second link before it leaves the first, and nobody sees a break', async () => {
    const { relay, states, timers } = await startedClient();
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
    const { client, relay, timers } = await startedClient();
    client.openLists({ onReady: () => {}, onEvents: () => {} });
    relay.last.welcome();
    relay.last.data(
      { kind: FrameKind.snapshot, flags: 1, sequence: 4 },
      { v: 1, from: 0, ready: machineReady, events: [] },
    );

    relay.last.says({ kind: 'drain', spreadMs: 10 });
    await timers.advance(10);
    relay.last.welcome();

    assert.deepEqual(relay.last.controls, [
      { kind: 'open', channel: MACHINE_CHANNEL, cursor: { epoch: 1, seq: 4 } },
    ]);
  });

  it('waits on the first link for answers that are expected there', async () => {
    const { client, relay, timers } = await startedClient();
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
    const { client, relay, timers } = await startedClient();
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
    const { client, relay, timers } = await startedClient();
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
    const { client, relay, timers } = await startedClient();
    relay.last.welcome();
    relay.last.says({ kind: 'drain', spreadMs: 10 });
    await timers.advance(10);

    relay.sockets[0]?.ends(CLOSE.draining.code);
    assert.equal(client.state.kind, 'reconnecting');
    relay.last.welcome();

    assert.deepEqual([client.state.kind, relay.sockets.length], ['live', 2]);
  });
});
