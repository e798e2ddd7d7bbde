// The mocha reporter of `npm test`: tells failing tests so that they can be found and understood, and records every
// outcome in the file named by the reporter option `records` (see test-record.ts).

import { appendFileSync } from 'node:fs';
import { relative } from 'node:path';
import Mocha from 'mocha';
import type { TestRecord } from './test-record.ts';

/** A suite that has finished must let its process end within this; what holds it is named otherwise. */
const EXIT_GRACE_MS = 10_000;

interface Failure extends Error {
  actual?: unknown;
  expected?: unknown;
  showDiff?: boolean;
}

export default function report(runner: Mocha.Runner, options: Mocha.MochaOptions): void {
  const { records } = options.reporterOptions as { records: string };
  const record = (entry: TestRecord): void => appendFileSync(records, `${JSON.stringify(entry)}\n`);

  runner.on('pass', () => record({ kind: 'passed' }));
  runner.on('pending', (test) => record({ kind: 'skipped', title: test.fullTitle() }));
  runner.on('fail', (test, error: Failure) => record({ kind: 'failed', report: failureReport(test, error) }));
  runner.once('end', () => {
    record({ kind: 'ended' });
    setTimeout(exitLoudly, EXIT_GRACE_MS).unref();
  });
}

/** File, title, message, difference and the part of the stack that is ours, in this order. */
export function failureReport(test: Mocha.Runnable, error: Failure): string {
  return [
    `✗ ${test.file ? relative(process.cwd(), test.file) : '(no file)'}`,
    `  ${test.titlePath().join(' › ')}`,
    indent(`${error.name}: ${messageOf(error)}`),
    ...differenceOf(error),
    ...ownFrames(error.stack ?? '').map((frame) => indent(frame)),
  ].join('\n');
}

/** node:assert puts a difference of its own into the message; ours follows, so the first line is enough then. */
function messageOf(error: Failure): string {
  return hasDifference(error) ? (error.message.split('\n')[0] ?? '') : error.message;
}

function hasDifference(error: Failure): boolean {
  return error.showDiff !== false && error.actual !== undefined && error.expected !== undefined;
}

function differenceOf(error: Failure): string[] {
  if (!hasDifference(error)) return [];
  const difference = Mocha.reporters.Base.generateDiff(asText(error.actual), asText(error.expected));
  return [indent(difference.trim())];
}

function asText(value: unknown): string {
  return typeof value === 'string' ? value : (JSON.stringify(value, bigintAsText, 2) ?? String(value));
}

function bigintAsText(_key: string, value: unknown): unknown {
  return typeof value === 'bigint' ? `${value}n` : value;
}

function ownFrames(stack: string): string[] {
  return stack
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line.startsWith('at ') && !line.includes('node:') && !line.includes('node_modules'))
    .map((line) => line.replace(`file://${process.cwd()}/`, '').replace(`${process.cwd()}/`, ''));
}

function indent(text: string): string {
  return text.replaceAll(/^/gm, '    ');
}

function exitLoudly(): void {
  const held = process.getActiveResourcesInfo().join(', ');
  console.error(
    `All tests ended, but the process does not: it is held by ${held}. Close them in an after hook.`,
  );
  process.exit(1);
}
