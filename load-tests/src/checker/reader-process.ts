/**
 * A reader as a process of its own: the real client follows some sessions of a machine and its lists, prompts now and
 * then, and writes down everything it applied. It goes on where its file ends. Told `finish`, it sends no more prompts
 * and reads on.
 */
import { openSync, writeSync } from 'node:fs';
import {
  changedLists,
  listsOf,
  machineCalls,
  type Channel,
  type MachineClient,
  type MachineLists,
} from '@spectral/proto/client';
import type { Cursor, Numbered, SessionEvent } from '@spectral/proto/wire';
import { signedIn } from '../support/person.ts';
import { remember } from './reader-memory.ts';
import type { ReaderOrder } from './reader-order.ts';
import { promptNowAndThen } from './reader-prompts.ts';
import { digestOf, digestOfLists, type HistoryRecord } from './records.ts';
import { HONEST_EVENTS, sabotaged } from './sabotage.ts';

interface Desk {
  readonly order: ReaderOrder;
  readonly client: MachineClient;
  readonly write: (record: HistoryRecord) => void;
}

const finish = new AbortController();
process.on('message', () => finish.abort());
process.on('disconnect', () => process.exit(0));
await run(JSON.parse(process.argv[2] ?? '') as ReaderOrder, finish.signal);

async function run(order: ReaderOrder, finished: AbortSignal): Promise<void> {
  const memory = remember(order.file);
  const write = sabotaged(order.sabotage, recordsTo(order.file));
  write({ kind: 'begin', at: Date.now() });
  const person = signedIn(order.gatewayUrl, order.cookie);
  const client = person.connect(order.machineId, order.relayUrl, ({ kind }) =>
    write({ kind: 'link', at: Date.now(), state: kind }),
  );
  const desk = { order, client, calls: machineCalls(client), write };
  followLists(desk);
  for (const session of order.sessions) follow(desk, session, memory.cursors.get(session));
  process.send?.({ type: 'ready' });
  await promptNowAndThen(desk, memory, finished);
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

function followLists({ client, write }: Desk): void {
  const state: { shown: MachineLists | null } = { shown: null };
  const note = (epoch: number, seq: number, event: { readonly type: string }, lists: MachineLists) => {
    state.shown = lists;
    const { projects, sessions } = lists;
    const shown = digestOfLists(projects, sessions);
    const { type } = event;
    write({ kind: 'lists', at: Date.now(), epoch, seq, type, digest: digestOf({ ...event }), shown });
  };
  client.openLists({
    onReady: (ready) => note(ready.epoch, ready.head, ready, listsOf(ready)),
    onEvents(events, { epoch }) {
      for (const event of events)
        if (state.shown) note(epoch, event.seq, event, changedLists(state.shown, [event]));
    },
  });
}
