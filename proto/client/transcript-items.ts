/** What a transcript is made of. Every item is immutable: a changed item is a new object, an unchanged one the same. */
import type { Actor, ImageRef, PromptMode, SessionEvent, TokenUsage } from '../wire/index.ts';

export type TranscriptItem = UserItem | AssistantItem | NoticeItem;

interface Item {
  /** Stable and unique within the session, for keys of lists. */
  readonly id: string;
  /** Number of the event it began with; items are in this order. */
  readonly seq: number;
  /** Milliseconds since 1970, for display. */
  readonly at: number;
}

export interface UserItem extends Item {
  readonly kind: 'user';
  readonly promptId: string;
  readonly content: string;
  readonly images: readonly ImageRef[];
  /** Null: the agent's own, such as an iteration of a loop. */
  readonly actor: Actor | null;
  readonly mode: PromptMode;
}

export interface AssistantItem extends Item {
  readonly kind: 'assistant';
  readonly modelId: string;
  /** Text, thinking and tool calls in the order they came. */
  readonly parts: readonly Part[];
  /** Whether more may come. */
  readonly isOpen: boolean;
  /** Null while open, and for a message that never ended. */
  readonly stopReason: StopReason | null;
  /** When it ended, in milliseconds since 1970; null where `stopReason` is. */
  readonly endedAt: number | null;
  readonly usage: TokenUsage | null;
  /** The request failed and was tried again: this text does not count. */
  readonly isSuperseded: boolean;
}

export type StopReason = Extract<SessionEvent, { type: 'message_end' }>['stopReason'];
export type Part = TextPart | ToolPart;

export interface TextPart {
  readonly kind: 'text' | 'thinking';
  /** When it began, in milliseconds since 1970. */
  readonly at: number;
  readonly text: string;
}

export interface ToolPart {
  readonly kind: 'tool';
  /** When it was called, in milliseconds since 1970. */
  readonly at: number;
  readonly toolCallId: string;
  readonly name: string;
  readonly args: unknown;
  /** `abandoned`: its turn ended before its result came. */
  readonly state: 'running' | 'done' | 'failed' | 'abandoned';
  /** The tail of the output so far; null once there is a result. */
  readonly progress: string | null;
  readonly result: ToolResult | null;
}

export interface ToolResult {
  readonly text: string;
  /** Characters left out of `text`. */
  readonly omitted: number;
  /** Unified diff of a file edit. */
  readonly diff: string | null;
  readonly durationMs: number;
}

/** A line between messages. */
export interface NoticeItem extends Item {
  readonly kind: 'notice';
  readonly notice: Notice;
}

type NoticeEvent = Extract<
  SessionEvent,
  {
    type:
      | 'retry'
      | 'compaction'
      | 'error'
      | 'loop_iteration'
      | 'loop_complete'
      | 'loop_max_iterations'
      | 'loop_stopped';
  }
>;
/** The event behind the line; a turn that did not end well is one too. The end of a compaction replaces its start. */
export type Notice = NoticeEvent | Extract<SessionEvent, { type: 'agent_end' }>;
