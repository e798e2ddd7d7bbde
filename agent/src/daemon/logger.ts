/** One line per event: time, name, facts as key=value. */
import type { Writable } from 'node:stream';

export type Log = (event: string, facts?: Record<string, unknown>) => void;

/** `2026-11-21T08:00:00.000Z link.waiting delayMs=1000 attempt=1` */
export function createLogger(stream: Writable, now: () => number): Log {
  return (event, facts = {}) => {
    const pairs = Object.entries(facts).map(([name, value]) => ` ${name}=${written(value)}`);
    stream.write(`${new Date(now()).toISOString()} ${event}${pairs.join('')}\n`);
  };
}

function written(value: unknown): string {
  return typeof value === 'string' && /^[\w.:/@-]+$/.test(value)
    ? value
    : (JSON.stringify(value) ?? 'undefined');
}
