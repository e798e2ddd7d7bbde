/**
 * A reader as a process of its own: the real client follows some sessions of a machine, prompts them now and then, and
 * writes down everything it applied. Told `finish`, it sends no more prompts and reads on.
 */
import { openSync, writeSync } from 'node:fs';
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { machineCalls, type Channel, type MachineCalls, type MachineClient } from '@spectral/proto/client';
import type { Cursor, Numbered, SessionEvent } from '@spectral/proto/wire';
import { signedIn } from '../support/person.ts';
import { seeded } from '../support/statistics.ts';
import { scriptedPrompt } from './prompt-script.ts';
import type { ReaderOrder } from './reader-order.ts';
import { digestOf, type HistoryRecord } from './records.ts';
import { HONEST_EVENTS, sabotaged } from './sabotage.ts';

/** Between two prompts of a reader. */
const PAUSE_MS = [500, 3_500] as const;
const MOST_UNDER_WAY = 3;
/** One attempt at a prompt; the relay itself gives up after 30 s. */
const ATTEMPT_MS = 12_000;
const GIVE_UP_MS = 90_000;

interface Desk {
  readonly order: ReaderOrder;
  readonly client: MachineClient;
  readonly calls: MachineCalls;
  readonly random: () => number;
  readonly write: (record: HistoryRecord) => void;
}

const finish = new AbortController();
process.on('message', () => finish.abort());
process.on('disconnect', () => process.exit(0));
await run(JSON.parse(process.argv[2] ?? '') as ReaderOrder, finish.signal);

async function run(order: ReaderOrder, finished: AbortSignal): Promise<void> {
  const write = sabotaged(order.sabotage, recordsTo(order.file));
  const person = signedIn(order.gatewayUrl, order.cookie);
  const client = person.connect(order.machineId, order.relayUrl, ({ kind }) =>
    write({ kind: 'link', at: Date.now(), state: kind }),
  );
  const desk = { order, client, calls: machineCalls(client), random: seeded(order.seed), write };
  for (const session of order.sessions) follow(desk, session);
  process.send?.({ type: 'ready' });
  await promptNowAndThen(desk, finished);
}

/** Each record is in the file before the next event is handled, so that a killed reader leaves a true history. */
function recordsTo(file: string): (record: HistoryRecord) => void {
  const descriptor = openSync(file, 'a');
  return (record) => void writeSync(descriptor, `${JSON.stringify(record)}\n`);
}

function follow(desk: Desk, channel: string, cursor?: Cursor): void {
  const { order, client, write } = desk;
  const slips = order.sabotage === 'replay-off-by-one' && cursor === undefined;
  const state = { seen: 0, hasSlipped: false };
  const open: Channel = client.openSession(
    channel,
    {
      onReady: ({ epoch, head }, fresh) =>
        write({ kind: 'ready', at: Date.now(), channel, epoch, head, fresh }),
      onEvents(events, reached) {
        if (state.hasSlipped) return;
        state.seen += events.length;
        state.hasSlipped = slips && state.seen > HONEST_EVENTS;
        for (const event of state.hasSlipped ? events.slice(0, -1) : events) write(recordOf(channel, event));
        if (!state.hasSlipped) return;
        queueMicrotask(() => {
          open.close();
          follow(desk, channel, reached);
        });
      },
    },
    cursor ? { cursor } : {},
  );
}

function recordOf(channel: string, event: Numbered<SessionEvent>): HistoryRecord {
  const { type, seq, first = seq } = event;
  return { kind: 'event', at: Date.now(), channel, first, seq, type, digest: digestOf(event) };
}

async function promptNowAndThen(desk: Desk, finished: AbortSignal): Promise<void> {
  const underWay = new Set<Promise<void>>();
  for (let count = 1; !finished.aborted; count++) {
    const [low, high] = PAUSE_MS;
    await sleep(low + desk.random() * (high - low), undefined, { signal: finished }).catch(() => {});
    if (finished.aborted || underWay.size >= MOST_UNDER_WAY) continue;
    const sent = prompt(desk, `${desk.order.name}-${count}`).finally(() => underWay.delete(sent));
    underWay.add(sent);
  }
}

/** Asks with the same key until there is an answer: the machine must run it once. */
async function prompt(desk: Desk, tag: string): Promise<void> {
  const { order, random, write } = desk;
  const channel = order.sessions[Math.floor(random() * order.sessions.length)] ?? '';
  const content = scriptedPrompt(tag, random);
  write({ kind: 'sent', at: Date.now(), channel, tag });
  if (order.sabotage === 'new-key')
    void desk.calls.prompt(channel, { content }, { key: randomUUID() }).catch(() => {});
  const answer = await answerTo(desk, channel, content);
  write({ at: Date.now(), channel, tag, ...answer });
}

async function answerTo(
  { calls }: Desk,
  channel: string,
  content: string,
): Promise<{ kind: 'accepted'; promptId: string } | { kind: 'given-up'; reason: string }> {
  const key = randomUUID();
  const giveUpAt = Date.now() + GIVE_UP_MS;
  for (;;) {
    try {
      const { promptId } = await calls.prompt(channel, { content }, { key, timeoutMs: ATTEMPT_MS });
      return { kind: 'accepted', promptId };
    } catch (error) {
      if (Date.now() > giveUpAt) return { kind: 'given-up', reason: String(error) };
      await sleep(250);
    }
  }
}
