/** Text that streams in many sessions at once, told delta by delta or gathered as the daemon gathers it. */
import { GATHER_MS } from '@spectral/proto/wire';
import { setTimeout as sleep } from 'node:timers/promises';
import { seeded } from '../support/statistics.ts';
import { waitFor } from '../support/wait.ts';
import type { EventWay } from './event-fan-out-way.ts';

export const BURST_SESSIONS = 200;
export const DELTAS_PER_SECOND = 60;
/** About a token. */
const DELTA = 'token ';

interface Stream {
  readonly sessions: readonly string[];
  /** Whether deltas of one session within GATHER_MS become one event. */
  readonly gathers: boolean;
  readonly seconds: number;
  readonly seed: number;
}

/** Resolves with the number of deltas when the reader has what became of them. */
export async function streamDeltas(way: EventWay, stream: Stream): Promise<number> {
  const deltas = scheduleOf(stream);
  const before = way.delivered();
  const began = performance.now();
  let sent = 0;
  for (let next = 0; next < deltas.length;) {
    await sleep(stream.gathers ? GATHER_MS : 1);
    const elapsedMs = performance.now() - began;
    const from = next;
    while ((deltas[next]?.atMs ?? Infinity) <= elapsedMs) next++;
    const due = deltas.slice(from, next).map(({ session }) => session);
    sent += stream.gathers ? tellGathered(way, due) : tellEach(way, due);
  }
  await waitFor(`${sent} events to arrive`, 60_000, () => way.delivered() === before + sent, 5);
  return deltas.length;
}

/** One event per session that moved. */
function tellGathered(way: EventWay, due: readonly string[]): number {
  const texts = Map.groupBy(due, (session) => session);
  for (const [session, { length }] of texts) way.send(session, deltaOf(DELTA.repeat(length)));
  return texts.size;
}

function tellEach(way: EventWay, due: readonly string[]): number {
  for (const session of due) way.send(session, deltaOf(DELTA));
  return due.length;
}

function deltaOf(delta: string): object {
  return { type: 'text_delta', messageId: 'message', delta, seq: 1, at: Date.now() };
}

/** When each delta comes: gaps of a session are exponential, as arrivals that know nothing of each other. */
function scheduleOf({
  sessions,
  seconds,
  seed,
}: Stream): { readonly session: string; readonly atMs: number }[] {
  const random = seeded(seed);
  const deltas = sessions.flatMap((session) => {
    const own: { session: string; atMs: number }[] = [];
    const gapMs = () => (-Math.log(1 - random()) * 1_000) / DELTAS_PER_SECOND;
    for (let atMs = gapMs(); atMs < seconds * 1_000; atMs += gapMs()) own.push({ session, atMs });
    return own;
  });
  return deltas.sort((one, other) => one.atMs - other.atMs);
}
