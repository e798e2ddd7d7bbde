import assert from 'node:assert/strict';
import { FrameKind } from '../../wire/index.ts';
import { machineReady, SESSION_ID } from '../support/reference-machine.ts';
import { startedClient } from '../support/started-client.ts';

describe('machine client: channels', () => {
  it('opens a channel when the machine can be reached, not before', async () => {
    const { client, relay } = await startedClient();
    client.openSession(SESSION_ID, { onReady: () => {}, onEvents: () => {} });
    relay.last.welcome({ online: false });
    assert.deepEqual(relay.last.controls, []);

    relay.last.says({ kind: 'presence', online: true, lastSeenAt: null });

    assert.deepEqual(relay.last.controls, [
      { kind: 'open', channel: SESSION_ID, cursor: { epoch: 0, seq: 0 } },
    ]);
  });

  it('hands over the lists whole with each snapshot', async () => {
    const { client, relay } = await startedClient();
    const told: string[] = [];
    client.openLists({
      onReady: ({ hostname }, fresh) => void told.push(`${hostname} ${fresh}`),
      onEvents: (events) => void told.push(...events.map(({ type }) => type)),
    });
    relay.last.welcome();

    for (let round = 0; round < 2; round++) {
      relay.last.data(
        { kind: FrameKind.snapshot, flags: 1, sequence: 4 },
        { v: 1, from: 0, ready: machineReady, events: [] },
      );
      const renamed = { type: 'session_renamed', sessionId: 'x', title: 't', seq: 5, at: 1 };
      relay.last.data({ kind: FrameKind.events, target: 1, sequence: 5 }, { v: 1, events: [renamed] });
    }

    assert.deepEqual(told, ['host true', 'session_renamed', 'host true', 'session_renamed']);
  });

  it('has one reader per channel, and takes another after the first was closed', async () => {
    const { client, relay } = await startedClient();
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
    const { client } = await startedClient();

    assert.throws(() => client.openSession('abc', { onReady: () => {}, onEvents: () => {} }), /UUID/);
  });
});
