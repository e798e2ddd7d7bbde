/** The events of one scripted answer in either dialect. A `delta` is one a person would see, or a piece of arguments. */
import { piecesOf, type Step } from './upstream-script.ts';

export interface Piece {
  readonly text: string;
  readonly delta: boolean;
}

export function anthropicPieces(step: Step, model: string): Piece[] {
  const usage = step.usage ?? { input: 10, output: 5 };
  const counted = step.noUsage
    ? {}
    : {
        input_tokens: usage.input,
        cache_read_input_tokens: usage.cacheRead ?? 0,
        cache_creation_input_tokens: usage.cacheWrite ?? 0,
        output_tokens: 1,
      };
  const pieces: Piece[] = [
    event('message_start', {
      message: { id: 'msg_1', type: 'message', role: 'assistant', model, content: [], usage: counted },
    }),
  ];
  let index = 0;
  const block = (content: object, deltas: readonly object[]): void => {
    pieces.push(event('content_block_start', { index, content_block: content }));
    for (const delta of deltas)
      pieces.push({ ...event('content_block_delta', { index, delta }), delta: true });
    pieces.push(event('content_block_stop', { index }));
    index++;
  };
  if (step.thinking)
    block(
      { type: 'thinking', thinking: '' },
      piecesOf(step.thinking, step.chunk).map((thinking) => ({ type: 'thinking_delta', thinking })),
    );
  if (step.text)
    block(
      { type: 'text', text: '' },
      piecesOf(step.text.repeat(step.repeat ?? 1), step.chunk).map((text) => ({ type: 'text_delta', text })),
    );
  for (const [number, tool] of (step.tools ?? []).entries()) {
    const json = tool.json ?? JSON.stringify(tool.args);
    block(
      { type: 'tool_use', id: `toolu_${number}_${Math.abs(hash(json))}`, name: tool.name, input: {} },
      piecesOf(json, step.chunk).map((partial_json) => ({ type: 'input_json_delta', partial_json })),
    );
  }
  const stop_reason = step.stop === 'length' ? 'max_tokens' : step.tools ? 'tool_use' : 'end_turn';
  pieces.push(
    event('message_delta', {
      delta: { stop_reason },
      ...(step.noUsage ? {} : { usage: { output_tokens: usage.output } }),
    }),
    event('message_stop', {}),
  );
  return pieces;
}

function event(type: string, fields: object): Piece {
  return { text: `event: ${type}\ndata: ${JSON.stringify({ type, ...fields })}\n\n`, delta: false };
}

export function openAiPieces(step: Step, model: string): Piece[] {
  const usage = step.usage ?? { input: 10, output: 5 };
  const chunk = (delta: object, finish_reason: string | null = null): string =>
    `data: ${JSON.stringify({ id: 'chatcmpl-1', object: 'chat.completion.chunk', created: 1, model, choices: [{ index: 0, delta, finish_reason }] })}\n\n`;
  const pieces: Piece[] = [{ text: chunk({ role: 'assistant', content: '' }), delta: false }];
  const deltas = (list: readonly object[]): void => {
    for (const delta of list) pieces.push({ text: chunk(delta), delta: true });
  };
  if (step.thinking)
    deltas(piecesOf(step.thinking, step.chunk).map((reasoning_content) => ({ reasoning_content })));
  if (step.text)
    deltas(piecesOf(step.text.repeat(step.repeat ?? 1), step.chunk).map((content) => ({ content })));
  for (const [index, tool] of (step.tools ?? []).entries()) {
    const json = tool.json ?? JSON.stringify(tool.args);
    pieces.push({
      text: chunk({
        tool_calls: [
          {
            index,
            id: `call_${index}_${Math.abs(hash(json))}`,
            type: 'function',
            function: { name: tool.name, arguments: '' },
          },
        ],
      }),
      delta: false,
    });
    deltas(
      piecesOf(json, step.chunk).map((args) => ({ tool_calls: [{ index, function: { arguments: args } }] })),
    );
  }
  pieces.push({ text: chunk({}, step.stop ?? (step.tools ? 'tool_calls' : 'stop')), delta: false });
  if (!step.noUsage) {
    const counted = {
      prompt_tokens: usage.input + (usage.cacheRead ?? 0),
      completion_tokens: usage.output,
      total_tokens: usage.input + (usage.cacheRead ?? 0) + usage.output,
      prompt_tokens_details: { cached_tokens: usage.cacheRead ?? 0 },
    };
    pieces.push({
      text: `data: ${JSON.stringify({ id: 'chatcmpl-1', object: 'chat.completion.chunk', created: 1, model, choices: [], usage: counted })}\n\n`,
      delta: false,
    });
  }
  pieces.push({ text: 'data: [DONE]\n\n', delta: false });
  return pieces;
}

/** Gives equal calls equal names and others, nearly always, other names. */
function hash(text: string): number {
  let value = 7;
  for (let index = 0; index < text.length; index += Math.max(1, text.length >> 8))
    value = (value * 31 + text.charCodeAt(index)) | 0;
  return value;
}
