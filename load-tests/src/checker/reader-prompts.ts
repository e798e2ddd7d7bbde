/** The prompts of a reader: sent now and then, each with one key until it is answered, whatever dies meanwhile. */
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { MachineCalls } from '@spectral/proto/client';
import { seeded } from '../support/statistics.ts';
import { scriptedPrompt } from './prompt-script.ts';
import type { ReaderOrder } from './reader-order.ts';
import type { ReaderMemory } from './reader-memory.ts';
import type { HistoryRecord, PromptRecord } from './records.ts';

/** Between two prompts of a reader. */
const PAUSE_MS = [500, 3_500] as const;
const MOST_UNDER_WAY = 3;
/** One attempt at a prompt; the relay itself gives up after 30 s. */
const ATTEMPT_MS = 12_000;
const GIVE_UP_MS = 90_000;

export interface PromptDesk {
  readonly order: ReaderOrder;
  readonly calls: MachineCalls;
  readonly write: (record: HistoryRecord) => void;
}

/** Asks again for what the reader before waited for, and sends new ones until it is told to finish. */
export async function promptNowAndThen(
  desk: PromptDesk,
  { prompts, unsettled }: ReaderMemory,
  finished: AbortSignal,
): Promise<void> {
  const { order, write } = desk;
  const random = seeded(order.seed + prompts);
  const underWay = new Set<Promise<void>>();
  const begin = (prompt: PromptRecord) => {
    const settled = settle(desk, prompt).finally(() => underWay.delete(settled));
    underWay.add(settled);
  };
  for (const prompt of unsettled) begin(prompt);
  for (let count = prompts; !finished.aborted;) {
    const [low, high] = PAUSE_MS;
    await sleep(low + random() * (high - low), undefined, { signal: finished }).catch(() => {});
    if (finished.aborted || underWay.size >= MOST_UNDER_WAY) continue;
    count += 1;
    const prompt = newPrompt(order, `${order.name}-${count}`, random);
    write(prompt);
    begin(prompt);
  }
}

function newPrompt({ sessions }: ReaderOrder, tag: string, random: () => number): PromptRecord {
  const channel = sessions[Math.floor(random() * sessions.length)] ?? '';
  const seed = Math.floor(random() * 2 ** 32);
  return { kind: 'sent', at: Date.now(), channel, tag, key: randomUUID(), seed };
}

/** Asks with the same key until there is an answer: the machine must run it once. */
async function settle({ order, calls, write }: PromptDesk, prompt: PromptRecord): Promise<void> {
  const { channel, tag, key = '', seed = 0 } = prompt;
  const content = scriptedPrompt(tag, seeded(seed));
  if (order.sabotage === 'new-key')
    void calls.prompt(channel, { content }, { key: randomUUID() }).catch(() => {});
  const answer = await answerTo(calls, channel, content, key);
  write({ at: Date.now(), channel, tag, ...answer });
}

async function answerTo(
  calls: MachineCalls,
  channel: string,
  content: string,
  key: string,
): Promise<{ kind: 'accepted'; promptId: string } | { kind: 'given-up'; reason: string }> {
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
