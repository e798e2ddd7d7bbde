/** A transcript as text, equal byte for byte whenever two readers see the same. For comparing and for debugging. */
import type { Transcript } from './transcript.ts';

/** One line of JSON with sorted keys for the session, then one per item. Times are left out: they are display only. */
export function transcriptText(transcript: Transcript): string {
  const { title, running, queue, totals, loop, items } = transcript;
  return [{ title, running, queue, totals, loop }, ...items].map((line) => `${stableJson(line)}\n`).join('');
}

const TIMES = new Set(['at', 'startedAt', 'endedAt']);

function stableJson(value: unknown): string {
  return JSON.stringify(value, (key, part: unknown) => (TIMES.has(key) ? undefined : sorted(part)));
}

function sorted(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([one], [other]) => (one < other ? -1 : 1)));
}
