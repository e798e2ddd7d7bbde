// Rules about one source file by itself: its length, its module-level state, and what it hides from the type checker.

import type { Fault } from './fault.ts';
import type { SourceFile } from './source-file.ts';

const MAX_LINES = 300;
const MAX_TEST_LINES = 500;

export function sourceFaults(sources: readonly SourceFile[]): Fault[] {
  return sources.flatMap((source) => [
    ...lengthFault(source),
    ...stateFaults(source),
    ...blindFaults(source),
  ]);
}

function lengthFault({ path, lineCount }: SourceFile): Fault[] {
  const max = path.includes('/test/') ? MAX_TEST_LINES : MAX_LINES;
  return lineCount > max
    ? [{ path, message: `has ${lineCount} lines, more than ${max}; split it by subject` }]
    : [];
}

function stateFaults({ path, moduleVariables }: SourceFile): Fault[] {
  return moduleVariables.map(({ text, line }) => ({
    path,
    line,
    message: `has a module-level ${text}; keep changing state inside what a function returns`,
  }));
}

function blindFaults({ path, blindSpots }: SourceFile): Fault[] {
  return blindSpots.map(({ text, line }) => ({
    path,
    line,
    message: `"${text}" hides a fault from the type checker; parse the value, or narrow its type`,
  }));
}
