// Finds processes that a suite started and did not end.

import { readFileSync, readdirSync } from 'node:fs';

/** Every process of a suite inherits this variable; its value is different for each suite of each run. */
export const RUN_MARK = 'TEST_RUN_MARK';

export interface Leftover {
  readonly pid: number;
  readonly commandLine: string;
}

/**
 * Living processes that belong to the process group `group` or carry `mark` in their environment.
 * The mark also finds those that moved to a group of their own (daemons, databases, terminals).
 */
export function leftoversOf(group: number, mark: string): Leftover[] {
  if (process.platform !== 'linux')
    return groupLives(group) ? [{ pid: -group, commandLine: '(a process group)' }] : [];
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter(
      (pid) => pid !== process.pid && isAlive(pid) && (groupOf(pid) === group || carriesMark(pid, mark)),
    )
    .map((pid) => ({ pid, commandLine: read(`/proc/${pid}/cmdline`).replaceAll('\0', ' ').trim() }));
}

function groupLives(group: number): boolean {
  try {
    process.kill(-group, 0);
    return true;
  } catch {
    return false;
  }
}

/** A zombie has ended; only its parent's notice is missing. */
function isAlive(pid: number): boolean {
  const state = statFields(pid)[0];
  return state !== undefined && state !== 'Z' && state !== 'X';
}

function groupOf(pid: number): number {
  return Number(statFields(pid)[2]);
}

function carriesMark(pid: number, mark: string): boolean {
  return read(`/proc/${pid}/environ`).split('\0').includes(`${RUN_MARK}=${mark}`);
}

/** The fields of /proc/PID/stat behind the name in parentheses: state, parent, group, … */
function statFields(pid: number): string[] {
  const stat = read(`/proc/${pid}/stat`);
  return stat === '' ? [] : stat.slice(stat.lastIndexOf(')') + 2).split(' ');
}

/** Empty for a process that is gone by now, or is not ours to look into. */
function read(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}
