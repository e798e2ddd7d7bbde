/** Puts a violation before a person: what was expected, what the reader did around it, what had been struck. */
import type { HistoryRecord } from './records.ts';
import type { Verdict } from './run.ts';
import { faultText } from './plan.ts';
import { violationText, type Violation } from './violation.ts';

/** Records shown before and after. */
const AROUND = 8;
/** Faults that ended within this time before count as its surroundings. */
const BEFORE_MS = 20_000;

/** Several lines, the first being the violation itself. */
export function explain(violation: Violation, { readers, logs, strikes }: Verdict): string {
  const records = readers.find(({ name }) => name === violation.reader)?.records ?? [];
  const concerning = records.filter((record) => concerns(record, violation));
  const at = concerning.findIndex((record) => record.at >= violation.at && isMeant(record, violation));
  const middle = at === -1 ? concerning.length - 1 : at;
  const shown = concerning.slice(Math.max(0, middle - AROUND), middle + AROUND + 1);
  const log = logs.get(violation.channel)?.slice(Math.max(0, violation.seq - 4), violation.seq + 3) ?? [];
  const near = strikes.filter(
    ({ beganAt, endedAt }) => beganAt <= violation.at && endedAt >= violation.at - BEFORE_MS,
  );
  return [
    violationText(violation),
    'the reader:',
    ...shown.map((record) => `  ${record === concerning[at] ? '>' : ' '} ${recordText(record)}`),
    "the machine's log:",
    ...log.map(({ seq, at: when, type }) => `    ${time(when)} ${seq} ${type}`),
    'faults around it:',
    ...near.map(
      ({ fault, beganAt, endedAt }) => `    ${time(beganAt)} to ${time(endedAt)} ${faultText(fault).trim()}`,
    ),
    '',
  ].join('\n');
}

function concerns(record: HistoryRecord, { channel }: Violation): boolean {
  if (record.kind === 'lists') return channel === 'lists';
  return !('channel' in record) || record.channel === channel;
}

function isMeant(record: HistoryRecord, { seq }: Violation): boolean {
  return !('seq' in record) || seq === 0 || record.seq >= seq;
}

function recordText(record: HistoryRecord): string {
  const { kind, at } = record;
  if (kind === 'begin') return `${time(at)} the process begins`;
  if (kind === 'link') return `${time(at)} link ${record.state}`;
  if (kind === 'lists')
    return `${time(at)} lists ${record.seq} of run ${record.epoch} ${record.type}, shown ${record.shown}`;
  if (kind === 'ready')
    return `${time(at)} ready, head ${record.head}, epoch ${record.epoch}${record.fresh ? ', fresh' : ''}`;
  if (kind !== 'event')
    return `${time(at)} prompt ${record.tag} ${kind} ${record.promptId ?? record.reason ?? ''}`;
  const numbers = record.first === record.seq ? `${record.seq}` : `${record.first} to ${record.seq}`;
  return `${time(at)} event ${numbers} ${record.type} ${record.digest}`;
}

const time = (at: number): string => new Date(at).toISOString().slice(11, 23);
