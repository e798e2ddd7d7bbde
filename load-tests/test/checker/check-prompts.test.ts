import assert from 'node:assert/strict';
import { checkPrompts } from '../../src/checker/check-prompts.ts';
import type { SessionLog } from '../../src/checker/machine-log.ts';
import type { PromptRecord } from '../../src/checker/records.ts';
import { readerOf, SESSION, turn } from '../support/histories.ts';

const LOGS = new Map<string, SessionLog>([
  [SESSION, [...turn('a'), ...turn('b', 19)]],
  ['session-b', turn('c')],
]);
const HONEST = [...answered('a'), ...answered('b'), ...answered('c', 'session-b')];

describe('the check of prompts', () => {
  it('finds nothing when every prompt sent ran once, where it was sent', () => {
    assert.deepEqual(found(HONEST), []);
  });

  it('finds nothing when a prompt was given up and ran, or did not', () => {
    const [sentB] = answered('b');
    const [sentD] = answered('d');
    assert.ok(sentB && sentD);
    const others = HONEST.filter(({ tag }) => tag !== 'b');
    const givenUp = [sentB, sentD].flatMap((sent) => [sent, { ...sent, kind: 'given-up' as const }]);

    assert.deepEqual(found([...others, ...givenUp]), []);
  });

  it('finds a prompt that ran twice', () => {
    const logs = new Map(LOGS).set('session-b', [...turn('c'), ...turn('a', 19)]);

    assert.deepEqual(found(HONEST, logs), ['prompt-twice 19']);
  });

  it('finds a prompt that was accepted and never ran', () => {
    assert.deepEqual(found([...HONEST, ...answered('d')]), ['prompt-lost 0']);
  });

  it('finds a prompt that nobody sent', () => {
    assert.deepEqual(found(HONEST.filter(({ tag }) => tag !== 'b')), ['prompt-foreign 19']);
  });

  it('finds a prompt that ran in another session', () => {
    const elsewhere = HONEST.map((record) => (record.tag === 'c' ? { ...record, channel: SESSION } : record));

    assert.deepEqual(found(elsewhere), ['prompt-foreign 1']);
  });

  it('finds a receipt that belongs to another prompt', () => {
    const mixedUp = HONEST.map((record) =>
      record.kind === 'accepted' && record.tag === 'a' ? { ...record, promptId: 'id-of-b' } : record,
    );

    assert.deepEqual(found(mixedUp), ['prompt-foreign 1']);
  });
});

function answered(tag: string, channel = SESSION): PromptRecord[] {
  const about = { at: 1_000, channel, tag };
  return [
    { kind: 'sent', ...about },
    { kind: 'accepted', ...about, promptId: `id-of-${tag}` },
  ];
}

function found(records: readonly PromptRecord[], logs: ReadonlyMap<string, SessionLog> = LOGS): string[] {
  return checkPrompts(logs, [readerOf(records)], (content) => content).map(
    ({ kind, seq }) => `${kind} ${seq}`,
  );
}
