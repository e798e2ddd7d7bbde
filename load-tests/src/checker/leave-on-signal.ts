/** Ctrl-C in the middle of a run ends everything the run has started. Linux only (/proc). */
import { readFileSync } from 'node:fs';

const SIGNALS = ['SIGINT', 'SIGTERM'] as const;
const EXIT_CODE = 130;

/** At the first signal every child is killed, and the process ends. The function returned takes that back. */
export function leaveOnSignal(): () => void {
  const leave = () => {
    // At once and without a goodbye: a fault under way would start again what is stopped one by one.
    for (const pid of children()) process.kill(pid, 'SIGKILL');
    process.exit(EXIT_CODE);
  };
  for (const signal of SIGNALS) process.once(signal, leave);
  return () => {
    for (const signal of SIGNALS) process.off(signal, leave);
  };
}

function children(): number[] {
  const { pid } = process;
  const listed = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8');
  return listed.split(' ').filter(Boolean).map(Number);
}
