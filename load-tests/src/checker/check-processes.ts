/** Nobody may end by itself: what the faults took away, the faults brought back. */
import { isAlive } from '../support/processes.ts';
import type { Site } from './site.ts';
import type { Violation } from './violation.ts';

const LAST_WORDS_CHARS = 400;

/** One violation for each process that is gone. Ask after the last fault is undone. */
export function goneProcesses({ gateway, relays, machines, readers }: Site): Violation[] {
  const processes = [
    { name: 'gateway', pid: gateway.pid(), output: gateway.output },
    ...machines.map(({ name, daemon }) => ({ name, pid: daemon.pid(), output: daemon.output })),
    ...readers.map(({ name, process }) => ({ name, pid: process.pid(), output: process.output })),
    ...relays.map(({ name, pid }) => ({ name, pid: pid(), output: () => 'its log is in output' })),
  ];
  return processes
    .filter(({ pid }) => !isAlive(pid))
    .map(({ name, output }) => died(name, output().slice(-LAST_WORDS_CHARS).trim()));
}

function died(name: string, lastWords: string): Violation {
  return {
    kind: 'died',
    at: Date.now(),
    reader: name,
    channel: 'process',
    seq: 0,
    message: `ended by itself; its last words: ${lastWords}`,
  };
}
