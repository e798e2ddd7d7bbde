import { strict as assert } from 'node:assert';
import type { Numbered, SessionEvent } from '@spectral/proto/wire';
import { useCleanUp } from '../support/clean-up.ts';
import { insertSession, openTestStore } from '../support/test-store.ts';

const delta = (text: string, messageId = 'm'): SessionEvent => ({
  type: 'text_delta',
  messageId,
  delta: text,
});
const progress = (text: string, toolCallId = 'c'): SessionEvent => ({
  type: 'tool_progress',
  messageId: 'm',
  toolCallId,
  text,
});

describe('reading history', () => {
  const defer = useCleanUp();

  it('joins neighbouring deltas of one message, telling the numbers they stand for', async () => {
    const { read } = await logOf([
      delta('a'),
      delta('b'),
      delta('c', 'n'),
      { type: 'session_renamed', title: 't' },
      delta('d', 'n'),
    ]);

    const { events, last, final } = read(0, 5);

    assert.deepEqual(
      events.map((event) => [event.first, event.seq, 'delta' in event ? event.delta : event.type]),
      [
        [1, 2, 'ab'],
        [undefined, 3, 'c'],
        [undefined, 4, 'session_renamed'],
        [undefined, 5, 'd'],
      ],
    );
    assert.deepEqual([last, final], [5, true]);
  });

  it('leaves out progress that later events of the same call replace', async () => {
    const result: SessionEvent = {
      type: 'tool_result',
      messageId: 'm',
      toolCallId: 'c',
      isError: false,
      text: 'r',
      omitted: 0,
      durationMs: 1,
    };
    const { read } = await logOf([progress('1'), progress('other', 'd'), progress('2'), result]);

    const { events } = read(0, 4);

    assert.deepEqual(
      events.map((event) => event.seq),
      [2, 4],
    );
  });

  it('gives pieces that follow each other without gap or overlap', async () => {
    const texts = Array.from({ length: 50 }, (_, index) => `piece ${index} `);
    const { read } = await logOf(texts.map((text, index) => delta(text, `m${index % 3}`)));

    let after = 0;
    let whole = '';
    for (let piece = read(after, 50, 300); ; piece = read(after, 50, 300)) {
      whole += piece.events.map((event) => ('delta' in event ? event.delta : '')).join('');
      assert.ok(piece.last > after);
      after = piece.last;
      if (piece.final) break;
    }

    assert.equal(whole, texts.join(''));
    assert.equal(after, 50);
  });

  it('begins after the cursor, and gives an empty final piece at the head', async () => {
    const { read } = await logOf([delta('a'), delta('b')]);

    assert.equal(read(1, 2).events[0]?.seq, 2);
    assert.deepEqual(read(2, 2), { events: [], last: 2, final: true });
  });

  async function logOf(events: readonly SessionEvent[]) {
    const store = await openTestStore(defer);
    const { id } = insertSession(store);
    store.log.append(events.map((event, index) => ({ sessionId: id, seq: index + 1, at: 7, event })));
    return {
      read(after: number, upTo: number, maxChars = 1_000_000) {
        const piece = store.history.read(id, after, upTo, maxChars);
        return { ...piece, events: piece.events.map((text) => JSON.parse(text) as Numbered<SessionEvent>) };
      },
    };
  }
});
