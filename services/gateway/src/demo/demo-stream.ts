/** A demo reply as the Messages API tells it: one JSON message, or server-sent events at the pace of a model. */
import type { DemoBlock, DemoReply } from './demo-answer.ts';
import type { DemoRequest } from './demo-request.ts';

export const DEMO_MODEL_ID = 'spectral-demo';
const CHARS_PER_TOKEN = 4;

export interface DemoTiming {
  /** Silence before the first event, as a model needs to begin. */
  readonly delayMs: number;
  /** Pause between pieces of text. */
  readonly pieceMs: number;
}

/** Length of a piece of text unless a command says otherwise: about a token. */
const PIECE_CHARS = 5;

/** An event, and how many milliseconds after the stream's begin it is due. */
export interface TimedEvent {
  readonly atMs: number;
  readonly data: { readonly type: string } & Readonly<Record<string, unknown>>;
}

/** `newId` makes a fresh suffix for message and tool ids. */
export function demoMessage(
  request: DemoRequest,
  reply: DemoReply,
  newId: () => string,
): Record<string, unknown> {
  return {
    ...messageHead(request, newId),
    content: reply.blocks.map((block) => contentOf(block, newId)),
    stop_reason: stopReason(reply),
    usage: { ...inputUsage(request), output_tokens: outputTokens(reply) },
  };
}

/** All events of a reply with their times. */
export function* demoEvents(
  request: DemoRequest,
  reply: DemoReply,
  timing: DemoTiming,
  newId: () => string,
): Generator<TimedEvent> {
  const { pace } = reply;
  const pieceMs = pace.everyMs ?? timing.pieceMs;
  let atMs = timing.delayMs + (pace.waitMs ?? 0);
  const message = { ...messageHead(request, newId), usage: { ...inputUsage(request), output_tokens: 1 } };
  yield { atMs, data: { type: 'message_start', message } };
  yield { atMs, data: { type: 'ping' } };
  for (const [index, block] of reply.blocks.entries()) {
    yield { atMs, data: { type: 'content_block_start', index, content_block: emptyBlock(block, newId) } };
    for (const piece of piecesOf(block, pace.pieces ?? { chars: pace.pieceChars ?? PIECE_CHARS })) {
      yield { atMs, data: { type: 'content_block_delta', index, delta: deltaOf(block, piece) } };
      atMs += pieceMs;
    }
    if (block.type === 'thinking')
      yield { atMs, data: { type: 'content_block_delta', index, delta: SIGNATURE } };
    yield { atMs, data: { type: 'content_block_stop', index } };
  }
  const delta = { stop_reason: stopReason(reply), stop_sequence: null };
  yield { atMs, data: { type: 'message_delta', delta, usage: { output_tokens: outputTokens(reply) } } };
  yield { atMs, data: { type: 'message_stop' } };
}

const SIGNATURE = { type: 'signature_delta', signature: Buffer.from('spectral-demo').toString('base64') };

function messageHead(request: DemoRequest, newId: () => string): Record<string, unknown> {
  const id = `msg_demo_${newId()}`;
  return {
    id,
    type: 'message',
    role: 'assistant',
    model: DEMO_MODEL_ID,
    content: [],
    stop_reason: null,
    stop_sequence: null,
    usage: inputUsage(request),
  };
}

/** As if the conversation before the last message came from a cache. */
function inputUsage({ tokens, tokensBefore }: DemoRequest): Record<string, unknown> {
  return {
    input_tokens: tokens - tokensBefore,
    cache_read_input_tokens: tokensBefore,
    cache_creation_input_tokens: 0,
  };
}

function outputTokens({ blocks }: DemoReply): number {
  return Math.ceil(blocks.reduce((sum, block) => sum + textOf(block).length, 0) / CHARS_PER_TOKEN);
}

function stopReason({ blocks }: DemoReply): string {
  return blocks.some(({ type }) => type === 'tool_use') ? 'tool_use' : 'end_turn';
}

/** What is streamed of a block. */
function textOf(block: DemoBlock): string {
  return block.type === 'tool_use' ? JSON.stringify(block.input) : block.text;
}

/** Pieces of a length, or so many of them. Never within a character. */
function* piecesOf(block: DemoBlock, cut: number | { readonly chars: number }): Generator<string> {
  const letters = Array.from(textOf(block));
  const pieces =
    typeof cut === 'number' ? Math.min(cut, letters.length) : Math.ceil(letters.length / cut.chars);
  const edge = (index: number) =>
    typeof cut === 'number' ? Math.round((index * letters.length) / cut) : index * cut.chars;
  for (let index = 0; index < pieces; index += 1) yield letters.slice(edge(index), edge(index + 1)).join('');
}

function emptyBlock(block: DemoBlock, newId: () => string): Record<string, unknown> {
  if (block.type === 'tool_use')
    return { type: 'tool_use', id: `toolu_demo_${newId()}`, name: block.name, input: {} };
  return block.type === 'thinking'
    ? { type: 'thinking', thinking: '', signature: '' }
    : { type: 'text', text: '' };
}

function deltaOf(block: DemoBlock, piece: string): Record<string, unknown> {
  if (block.type === 'tool_use') return { type: 'input_json_delta', partial_json: piece };
  return block.type === 'thinking'
    ? { type: 'thinking_delta', thinking: piece }
    : { type: 'text_delta', text: piece };
}

function contentOf(block: DemoBlock, newId: () => string): Record<string, unknown> {
  if (block.type === 'tool_use') return { ...emptyBlock(block, newId), input: block.input };
  if (block.type === 'text') return { type: 'text', text: block.text };
  return { type: 'thinking', thinking: block.text, signature: SIGNATURE.signature };
}
