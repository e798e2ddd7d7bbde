/**
 * What a session's log holds. The log is append-only and numbered from 1; a reader's transcript is the reduction of
 * its events in order. See PROTOCOL.md, "Sessions".
 */
import * as v from 'valibot';

export const tokenUsage = v.object({
  inputTokens: v.number(),
  outputTokens: v.number(),
  cacheReadTokens: v.number(),
  cacheWriteTokens: v.number(),
  totalTokens: v.number(),
  /** USD, or null when the model's price is unknown. */
  cost: v.nullable(v.number()),
});
export type TokenUsage = v.InferOutput<typeof tokenUsage>;

/** Who did something: a person behind a browser, or a person at the machine's own shell. */
export const actor = v.object({ userId: v.string(), name: v.string() });
export type Actor = v.InferOutput<typeof actor>;

/** An image of a prompt. Its bytes are read with `GET /api/sessions/:id/images/:imageId`. */
export const imageRef = v.object({ id: v.string(), mimeType: v.string(), bytes: v.number() });
export type ImageRef = v.InferOutput<typeof imageRef>;

export const promptMode = v.picklist(['queue', 'steer']);
export type PromptMode = v.InferOutput<typeof promptMode>;

export const queuedPrompt = v.object({
  promptId: v.string(),
  content: v.string(),
  mode: promptMode,
  images: v.number(),
});
export type QueuedPrompt = v.InferOutput<typeof queuedPrompt>;

const message = { messageId: v.string() };
const json = v.unknown();

export const sessionEvent = v.variant('type', [
  /** A prompt as the agent took it: the human side of the transcript. */
  v.object({
    type: v.literal('user_message'),
    ...message,
    promptId: v.string(),
    content: v.string(),
    images: v.array(imageRef),
    actor: v.nullable(actor),
    mode: promptMode,
  }),
  v.object({ type: v.literal('turn_start'), turnId: v.string(), modelId: v.string() }),
  v.object({ type: v.literal('message_start'), ...message, modelId: v.string() }),
  v.object({ type: v.literal('text_delta'), ...message, delta: v.string() }),
  v.object({ type: v.literal('thinking_delta'), ...message, delta: v.string() }),
  v.object({
    type: v.literal('tool_call'),
    ...message,
    toolCallId: v.string(),
    name: v.string(),
    args: json,
  }),
  /** The tail of a running tool's output; the newest replaces the one before. */
  v.object({ type: v.literal('tool_progress'), ...message, toolCallId: v.string(), text: v.string() }),
  v.object({
    type: v.literal('tool_result'),
    ...message,
    toolCallId: v.string(),
    isError: v.boolean(),
    text: v.string(),
    /** Characters left out of `text`; 0 when it is whole. */
    omitted: v.number(),
    /** Unified diff of a file edit. */
    diff: v.optional(v.string()),
    durationMs: v.number(),
  }),
  v.object({
    type: v.literal('message_end'),
    ...message,
    stopReason: v.picklist(['stop', 'length', 'tool_use', 'error', 'cancelled']),
  }),
  v.object({ type: v.literal('token_usage'), ...message, usage: tokenUsage }),
  /** The turn's request failed and is tried again; text of the failed message does not count. */
  v.object({
    type: v.literal('retry'),
    attempt: v.number(),
    maxAttempts: v.number(),
    delayMs: v.number(),
    reason: v.string(),
    messageId: v.nullable(v.string()),
  }),
  v.object({
    type: v.literal('compaction'),
    phase: v.picklist(['start', 'end', 'failed']),
    reason: v.picklist(['manual', 'threshold', 'overflow', 'fork']),
    detail: v.string(),
  }),
  v.object({ type: v.literal('queue_changed'), queue: v.array(queuedPrompt) }),
  v.object({
    type: v.literal('agent_end'),
    turnId: v.string(),
    reason: v.picklist(['done', 'cancelled', 'error', 'interrupted']),
  }),
  v.object({ type: v.literal('error'), code: v.string(), message: v.string() }),
  v.object({ type: v.literal('session_renamed'), title: v.string() }),
  v.object({ type: v.literal('loop_iteration'), iteration: v.number(), max: v.number(), prompt: v.string() }),
  v.object({ type: v.literal('loop_complete'), iterations: v.number() }),
  v.object({ type: v.literal('loop_max_iterations'), iterations: v.number() }),
  v.object({ type: v.literal('loop_stopped'), iterations: v.number() }),
]);
export type SessionEvent = v.InferOutput<typeof sessionEvent>;

/**
 * An event with its place in the log. `first` is present where a replay merged neighbouring deltas of one message into
 * one: it then stands for the numbers `first`…`seq`.
 */
export type Numbered<E> = E & {
  readonly seq: number;
  readonly first?: number | undefined;
  /** Milliseconds since 1970, for display only; order is by `seq`. */
  readonly at: number;
};
export const numbering = v.object({ seq: v.number(), first: v.optional(v.number()), at: v.number() });
