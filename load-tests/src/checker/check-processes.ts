/** Nobody may end by itself: what the faults took away, the faults brought back. */
import { isAlive } from '../support/processes.ts';
import type { Site } from './site.ts';
import type { Violation } from './violation.ts';

const LAST_WORDS_CHARS = 400;

/** One violation for each process that is gone. Ask after the last fault is undone. */
export function goneProcesses({ gateway, relays, machines, readers }: Site): Violation[] {
  const daemons = machines.map(({ daemon }) => daemon);
  const others = [gateway, ...daemons, ...readers.map(({ process }) => process)];
  const gone = others.filter(({ pid }) => !isAlive(pid));
  return [
    ...gone.map(({ name, output }) => died(name, output().slice(-LAST_WORDS_CHARS).trim())),
    ...relays.filter(({ pid }) => !isAlive(pid())).map(({ name }) => died(name, 'its log is in output')),
  ];
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
