/** What a process keeps in memory once its garbage is collected, seen from outside. Linux only (/proc). */
import { setTimeout as sleep } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { REPOSITORY, residentMb } from './processes.ts';

/** Node's options for a process that is to be looked at. */
export function collectingOptions(): string {
  return `--expose-gc --import ${pathToFileURL(`${REPOSITORY}load-tests/src/support/collect-on-signal.ts`).href}`;
}

/** Has its garbage collected, and reads its resident memory in MB (10^6 bytes) after `settleMs`. */
export async function collectedMb(pid: number, settleMs: number): Promise<number> {
  process.kill(pid, 'SIGUSR2');
  await sleep(settleMs);
  return residentMb(pid);
}
