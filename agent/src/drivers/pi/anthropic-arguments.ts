/** Merges `input_json_delta` events of the Anthropic dialect, one block at a time. */
import type { ArgumentMerger } from './argument-merger.ts';

/** Pieces held back are joined at the latest when their block stops; a ping in between lets them wait. */
export function mergeAnthropicArguments(): ArgumentMerger {
  const held = new Map<number, string[]>();

  const flush = (): string => {
    let text = '';
    for (const [index, pieces] of held) text += jsonDelta(index, pieces.join(''));
    held.clear();
    return text;
  };

  return {
    take(event) {
      if (event.name === 'ping' || event.data === '') return event.raw;
      const piece = event.data.includes('"input_json_delta"') ? readPiece(event.data) : null;
      if (!piece) return flush() + event.raw;
      const pieces = held.get(piece.index);
      if (pieces) pieces.push(piece.json);
      else held.set(piece.index, [piece.json]);
      return '';
    },
    holds: () => held.size > 0,
    flush,
  };
}

function jsonDelta(index: number, json: string): string {
  const data = {
    type: 'content_block_delta',
    index,
    delta: { type: 'input_json_delta', partial_json: json },
  };
  return `event: content_block_delta\ndata: ${JSON.stringify(data)}\n\n`;
}

/** Null for anything unexpected: it then passes as it came, and pi says what is wrong with it. */
function readPiece(data: string): { index: number; json: string } | null {
  const event = parse(data);
  if (event?.type !== 'content_block_delta' || event.delta?.type !== 'input_json_delta') return null;
  if (typeof event.index !== 'number' || typeof event.delta.partial_json !== 'string') return null;
  return { index: event.index, json: event.delta.partial_json };
}

interface Delta {
  type?: unknown;
  index?: unknown;
  delta?: { type?: unknown; partial_json?: unknown } | null;
}

function parse(data: string): Delta | null {
  try {
    return JSON.parse(data) as Delta | null;
  } catch {
    return null;
  }
}
