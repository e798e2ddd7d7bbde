/** What a process keeps in memory once its garbage is collected, seen from outside. Linux only (/proc). */
import { setTimeout as sleep } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { REPOSITORY, residentMb } from './processes.ts';

/** Of the young generation, as the chart has it for relays: one that does not grow while connections come. */
export const RELAY_SEMI_SPACE_MB = 4;

/** NODE_OPTIONS of a relay in the chart. */
export const RELAY_NODE_OPTIONS = `--max-semi-space-size=${RELAY_SEMI_SPACE_MB}`;

/** Node's options for a process that is to be looked at. */
export function collectingOptions(): string {
  return `--expose-gc --import ${pathToFileURL(`${REPOSITORY}load-tests/src/support/collect-on-signal.ts`).href}`;
}

/** Has the garbage of a process collected that was started with these. */
export function collectGarbage(pid: number): void {
  process.kill(pid, 'SIGUSR2');
}

/** Has its garbage collected, and reads its resident memory in MB (10^6 bytes) after `settleMs`. */
export async function collectedMb(pid: number, settleMs: number): Promise<number> {
  collectGarbage(pid);
  await sleep(settleMs);
  return residentMb(pid);
}
