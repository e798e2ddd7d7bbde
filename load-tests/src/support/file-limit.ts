/** How many files and sockets a process may have open. Linux only (prlimit of util-linux). */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/** Raises the limit of a running process if that is allowed, and gives the limit it has then. */
export function raiseFileLimit(pid: number, wanted: number): number {
  if (fileLimit(pid) < wanted) spawnSync('prlimit', ['--pid', `${pid}`, `--nofile=${wanted}:${wanted}`]);
  return fileLimit(pid);
}

function fileLimit(pid: number): number {
  const limits = readFileSync(`/proc/${pid}/limits`, 'utf8');
  return Number(/^Max open files\s+(\d+)/m.exec(limits)?.[1]);
}
