// What a mocha process leaves for the runner: one JSON line per finished test, and a last one when it came to its end.
// Lines are appended as tests finish, so that a crash loses none of what went before.

import { existsSync, readFileSync } from 'node:fs';
import type { Tally } from './tally.ts';

export type TestRecord =
  | { readonly kind: 'passed' }
  | { readonly kind: 'failed'; readonly report: string }
  | { readonly kind: 'skipped'; readonly title: string }
  | { readonly kind: 'ended' };

/** The records in `file`; none when the process died before it wrote the first. */
export function readRecords(file: string): TestRecord[] {
  if (!existsSync(file)) return [];
  return readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .flatMap((line) => parseRecord(line));
}

export function tallyOf(records: readonly TestRecord[]): Tally {
  const count = (kind: TestRecord['kind']): number => records.filter((record) => record.kind === kind).length;
  return { passed: count('passed'), failed: count('failed'), skipped: count('skipped') };
}

/** A killed process may leave half a line; that test counts as not finished. */
function parseRecord(line: string): TestRecord[] {
  try {
    const record: TestRecord = JSON.parse(line);
    return [record];
  } catch {
    return [];
  }
}
