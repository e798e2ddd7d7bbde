/**
 * What a scripted agent does for a prompt: a list of steps, written as JSON in the prompt itself, or an echo of it.
 *
 *   {"script": [{"text": "Looking."}, {"tool": {"name": "read", "args": {"path": "a.txt"}, "result": "…"}}, {"text": "Done."}]}
 */
import * as v from 'valibot';
import { tokenUsage } from '@spectral/proto/wire';

const count = v.pipe(v.number(), v.integer(), v.minValue(0));

const step = v.union([
  /** Streams text in pieces of `chunk` characters, `everyMs` apart, `repeat` times over. */
  v.strictObject({
    text: v.string(),
    chunk: v.optional(v.pipe(count, v.minValue(1)), 8),
    everyMs: v.optional(count, 0),
    repeat: v.optional(count, 1),
  }),
  v.strictObject({
    thinking: v.string(),
    chunk: v.optional(v.pipe(count, v.minValue(1)), 8),
    everyMs: v.optional(count, 0),
  }),
  v.strictObject({
    tool: v.strictObject({
      name: v.string(),
      args: v.optional(v.unknown(), {}),
      result: v.optional(v.string(), 'ok'),
      isError: v.optional(v.boolean(), false),
      progress: v.optional(v.array(v.string()), []),
      ms: v.optional(count, 0),
    }),
  }),
  v.strictObject({ usage: v.partial(tokenUsage) }),
  v.strictObject({ waitMs: count }),
  /** Tells how many entries of memory the agent has. */
  v.strictObject({ recall: v.literal(true) }),
  /** Never ends by itself; with `deaf` not even when interrupted. */
  v.strictObject({ hang: v.literal(true), deaf: v.optional(v.boolean(), false) }),
  v.strictObject({ fail: v.strictObject({ code: v.string(), message: v.string() }) }),
]);
export type Step = v.InferOutput<typeof step>;

const script = v.object({ script: v.array(step) });

/** The steps a prompt asks for. In loop mode other text stands around the JSON, so its first line decides. */
export function stepsOf(prompt: string): Step[] {
  const [line = ''] = prompt.split('\n', 1);
  if (!line.startsWith('{')) return echo(prompt);
  try {
    const result = v.safeParse(script, JSON.parse(line));
    return result.success ? result.output.script : echo(prompt);
  } catch {
    return echo(prompt); // A prompt may well begin with a brace.
  }
}

function echo(prompt: string): Step[] {
  return [{ text: `You said: ${prompt}`, chunk: 8, everyMs: 0, repeat: 1 }];
}
