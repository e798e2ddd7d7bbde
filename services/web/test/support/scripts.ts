// Turns that the fake machine plays.
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { SessionEvent } from '@spectral/proto/wire';

export interface Stage {
  readonly emit: (...events: readonly SessionEvent[]) => void;
  readonly modelId: string;
  /** The turn was stopped: nothing more is heard. */
  readonly isOver: () => boolean;
}

/** Resolves with how the turn ended. */
export type Script = (stage: Stage) => Promise<'done' | 'error'>;

const STEP_MS = 8;

export const briefTurn: Script = async (stage) => {
  await say(stage, 'All **good**. The file has `3` lines.');
  return 'done';
};

/** Runs until it is stopped. */
export const endlessTurn: Script = async (stage) => {
  const messageId = begin(stage);
  const toolCallId = randomUUID();
  stage.emit({
    type: 'tool_call',
    messageId,
    toolCallId,
    name: 'bash',
    args: { command: 'npm test -- --watch' },
  });
  for (let line = 1; !stage.isOver(); line++) {
    stage.emit({ type: 'tool_progress', messageId, toolCallId, text: `running test ${line}\n`.repeat(3) });
    await sleep(STEP_MS * 5);
  }
  return 'done';
};

/** Streams a text in pieces of about `size` characters. */
export const answer =
  (text: string, size = 24): Script =>
  async (stage) => {
    await say(stage, text, size);
    return 'done';
  };

export const failingTurn: Script = async ({ emit }) => {
  emit({ type: 'error', code: 'request-too-large', message: 'The request is too large for the model.' });
  return 'error';
};

async function say(stage: Stage, text: string, size = 24): Promise<void> {
  const messageId = begin(stage);
  for (let at = 0; at < text.length && !stage.isOver(); at += size) {
    stage.emit({ type: 'text_delta', messageId, delta: text.slice(at, at + size) });
    await sleep(STEP_MS);
  }
  stage.emit(...ending(messageId, 'stop'));
}

function begin({ emit, modelId }: Stage): string {
  const messageId = randomUUID();
  emit({ type: 'message_start', messageId, modelId });
  return messageId;
}

export function ending(
  messageId: string,
  stopReason: 'stop' | 'tool_use',
  cost: number | null = 0.0142,
): SessionEvent[] {
  const usage = {
    inputTokens: 1840,
    outputTokens: 412,
    cacheReadTokens: 10_240,
    cacheWriteTokens: 400,
    totalTokens: 12_892,
    cost,
  };
  return [
    { type: 'message_end', messageId, stopReason },
    { type: 'token_usage', messageId, usage },
  ];
}
