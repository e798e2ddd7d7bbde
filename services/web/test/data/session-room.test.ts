import assert from 'node:assert/strict';
import type { MachineCalls, MachineClient, SessionHandlers } from '@spectral/proto/client';
import type { Numbered, PromptReceipt, SessionEvent } from '@spectral/proto/wire';
import { openSessionRoom } from '../../src/data/session-room.ts';

const SESSION = '11111111-2222-4333-8444-555555555555';

/** A room over a scripted machine: frames and answers come when the test says so. */
function opened() {
  let handlers: SessionHandlers | null = null;
  const frames: (() => void)[] = [];
  const answers: { resolve: (receipt: PromptReceipt) => void; reject: (error: Error) => void }[] = [];
  const client: Pick<MachineClient, 'openSession'> = {
    openSession(_id, given) {
      handlers = given;
      return { cursor: { epoch: 1, seq: 0 }, state: { kind: 'live' }, close() {} };
    },
  };
  const calls: Pick<MachineCalls, 'prompt'> = {
    prompt: () => new Promise((resolve, reject) => answers.push({ resolve, reject })),
  };
  const room = openSessionRoom({ client, calls, sessionId: SESSION, nextFrame: (run) => frames.push(run) });
  let seq = 0;
  return {
    room,
    answers,
    frames,
    draw: () => {
      for (const run of frames.splice(0)) run();
    },
    emit(...events: SessionEvent[]): void {
      const numbered = events.map((event): Numbered<SessionEvent> => ({ ...event, seq: ++seq, at: seq }));
      handlers?.onEvents(numbered, { epoch: 1, seq });
    },
  };
}

function user(promptId: string, content: string): SessionEvent {
  return {
    type: 'user_message',
    messageId: `m-${promptId}`,
    promptId,
    content,
    images: [],
    actor: null,
    mode: 'queue',
  };
}

const sendingOf = ({ room }: ReturnType<typeof opened>): string[] =>
  room.view.get().sending.map(({ content }) => content);

describe('session room', () => {
  it('many events before a frame tell readers once', () => {
    const session = opened();
    let told = 0;
    session.room.view.subscribe(() => told++);

    session.emit(user('1', 'a'));
    session.emit(user('2', 'b'));
    assert.equal(told, 0);
    session.draw();

    assert.equal(told, 1);
    assert.equal(session.room.view.get().transcript.items.length, 2);
  });

  it('a prompt is shown as sending until the log has it, never twice', async () => {
    const session = opened();
    const sent = session.room.send({ content: 'go' });
    session.draw();
    assert.deepEqual(sendingOf(session), ['go']);

    session.answers[0]?.resolve({ promptId: 'p1', state: 'running' });
    await sent;
    session.draw();
    assert.deepEqual(sendingOf(session), ['go']);

    session.emit(user('p1', 'go'));
    session.draw();
    assert.deepEqual(sendingOf(session), []);
  });

  it('an event that overtakes the receipt ends the sending row too', () => {
    const session = opened();
    void session.room.send({ content: 'go' });

    session.emit(user('p1', 'go'));
    session.draw();

    assert.deepEqual(sendingOf(session), []);
  });

  it('an earlier prompt of the same words is not mistaken for it', () => {
    const session = opened();
    session.emit(user('p0', 'go'));
    session.draw();

    void session.room.send({ content: 'go' });
    session.draw();

    assert.deepEqual(sendingOf(session), ['go']);
  });

  it('a queued prompt leaves the sending rows for the queue', async () => {
    const session = opened();
    const sent = session.room.send({ content: 'later' });
    session.answers[0]?.resolve({ promptId: 'p1', state: 'queued' });
    await sent;

    session.emit({
      type: 'queue_changed',
      queue: [{ promptId: 'p1', content: 'later', mode: 'queue', images: 0 }],
    });
    session.draw();

    assert.deepEqual(sendingOf(session), []);
  });

  it('a refused prompt is no longer sending, and the caller learns why', async () => {
    const session = opened();
    const sent = session.room.send({ content: 'go' });
    session.answers[0]?.reject(new Error('The machine is offline.'));

    await assert.rejects(sent, /offline/);
    session.draw();

    assert.deepEqual(sendingOf(session), []);
  });

  it('a closed room tells nothing more', () => {
    const session = opened();
    let told = 0;
    session.room.view.subscribe(() => told++);
    session.emit(user('1', 'a'));

    session.room.close();
    session.draw();

    assert.equal(told, 0);
  });
});
