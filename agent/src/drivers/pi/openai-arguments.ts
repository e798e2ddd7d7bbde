/** Merges the `tool_calls` pieces of the OpenAI dialect, per call index. */
import type { ArgumentMerger } from './argument-merger.ts';

interface Chunk {
  [field: string]: unknown;
  choices?: Choice[];
  usage?: unknown;
}
interface Choice {
  [field: string]: unknown;
  finish_reason?: string | null;
  delta?: { [field: string]: unknown; content?: unknown; tool_calls?: ToolCall[] };
}
interface ToolCall {
  index?: number;
  function?: { name?: string; arguments?: string };
}

/**
 * The first chunk of a call passes at once (it names the tool); the arguments after it are held until a chunk says
 * something else: text, another call's beginning, the end.
 */
export function mergeOpenAiArguments(): ArgumentMerger {
  const begun = new Set<number>();
  const held = new Map<number, string[]>();
  let envelope: Chunk = {};

  const flush = (): string => {
    if (held.size === 0) return '';
    const calls = [...held].map(([index, pieces]) => ({ index, function: { arguments: pieces.join('') } }));
    held.clear();
    return `data: ${JSON.stringify({ ...envelope, choices: [{ index: 0, delta: { tool_calls: calls }, finish_reason: null }] })}\n\n`;
  };

  return {
    take(event) {
      if (event.data === '') return event.raw;
      const chunk = event.data.includes('"tool_calls"') ? parse(event.data) : null;
      const calls = chunk && onlyArguments(chunk);
      if (!chunk || !calls) return flush() + event.raw;
      if (!calls.every((call) => begun.has(call.index))) {
        for (const call of calls) begun.add(call.index);
        return flush() + event.raw;
      }
      envelope = chunk;
      for (const call of calls) {
        const pieces = held.get(call.index);
        if (pieces) pieces.push(call.json);
        else held.set(call.index, [call.json]);
      }
      return '';
    },
    holds: () => held.size > 0,
    flush,
  };
}

/** The pieces of a chunk that holds nothing but pieces of arguments; null otherwise. */
function onlyArguments(chunk: Chunk): { index: number; json: string }[] | null {
  const [choice, ...others] = chunk.choices ?? [];
  if (!choice || others.length > 0 || choice.finish_reason || chunk.usage) return null;
  const { content, tool_calls: calls, ...rest } = choice.delta ?? {};
  if (
    content ||
    !Array.isArray(calls) ||
    Object.entries(rest).some(([name, value]) => name !== 'role' && value)
  )
    return null;
  const pieces: { index: number; json: string }[] = [];
  for (const call of calls) {
    if (typeof call.index !== 'number' || typeof call.function?.arguments !== 'string') return null;
    pieces.push({ index: call.index, json: call.function.arguments });
  }
  return pieces;
}

function parse(data: string): Chunk | null {
  try {
    return JSON.parse(data) as Chunk | null;
  } catch {
    return null;
  }
}
