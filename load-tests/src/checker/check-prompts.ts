/** Every prompt ran at most once, every accepted one ran, and nothing ran that nobody asked for. Pure. */
import type { ReaderHistory } from './check-history.ts';
import type { SessionLog } from './machine-log.ts';
import type { PromptRecord } from './records.ts';
import type { Violation, ViolationKind } from './violation.ts';

interface Run {
  readonly channel: string;
  readonly seq: number;
  readonly at: number;
  readonly promptId: string;
}

const NOBODY = 'nobody';

/** Violations in order of time. A prompt's tag is read from its text with `tagOf`. */
export function checkPrompts(
  logs: ReadonlyMap<string, SessionLog>,
  readers: readonly ReaderHistory[],
  tagOf: (content: string) => string | null,
): Violation[] {
  const runs = runsByTag(logs, tagOf);
  const sent = new Map<string, { reader: string; record: PromptRecord }>();
  const accepted = new Map<string, PromptRecord>();
  for (const { name, records } of readers) {
    for (const record of records) {
      if (record.kind === 'sent') sent.set(record.tag, { reader: name, record });
      if (record.kind === 'accepted') accepted.set(record.tag, record);
    }
  }
  const faults = [...sent].flatMap(([tag, { reader, record }]) =>
    faultsOfPrompt(reader, record, runs.get(tag) ?? [], accepted.get(tag)),
  );
  const unasked = [...runs].filter(([tag]) => !sent.has(tag));
  for (const [tag, [run]] of unasked)
    if (run) faults.push(fault('prompt-foreign', NOBODY, run, `nobody sent "${tag}"`));
  return faults.toSorted((a, b) => a.at - b.at);
}

function faultsOfPrompt(
  reader: string,
  { tag, channel }: PromptRecord,
  runs: readonly Run[],
  accepted: PromptRecord | undefined,
): Violation[] {
  const [first, second] = runs;
  if (!first && accepted) {
    const nowhere = { channel, seq: 0, at: accepted.at };
    return [fault('prompt-lost', reader, nowhere, `"${tag}" was accepted and stands in no log`)];
  }
  if (!first) return [];
  if (second)
    return [fault('prompt-twice', reader, second, `"${tag}" ran at ${first.seq} and again at ${second.seq}`)];
  if (first.channel !== channel)
    return [fault('prompt-foreign', reader, first, `"${tag}" was sent to ${channel}`)];
  if (accepted && accepted.promptId !== first.promptId)
    return [
      fault('prompt-foreign', reader, first, `"${tag}" was accepted as ${accepted.promptId ?? 'nothing'}`),
    ];
  return [];
}

function fault(
  kind: ViolationKind,
  reader: string,
  { at, channel, seq }: Pick<Run, 'at' | 'channel' | 'seq'>,
  message: string,
): Violation {
  return { kind, at, reader, channel, seq, message };
}

function runsByTag(
  logs: ReadonlyMap<string, SessionLog>,
  tagOf: (content: string) => string | null,
): Map<string, Run[]> {
  const runs = new Map<string, Run[]>();
  for (const [channel, log] of logs) {
    for (const { type, seq, at, content } of log) {
      if (type !== 'user_message') continue;
      const text = String(content['content']);
      const tag = tagOf(text) ?? text.slice(0, 40);
      runs.set(tag, [...(runs.get(tag) ?? []), { channel, seq, at, promptId: String(content['promptId']) }]);
    }
  }
  return runs;
}
