/** The rows of a conversation as the screen shows them, one after another; made from a transcript by rows-of.ts. */
import type { Actor, ImageRef, PromptMode } from '@spectral/proto/wire';
import type { ToolView } from '../tools/tool.ts';

export type Row =
  | PromptRow
  | ThinkingRow
  | TextRow
  | { readonly kind: 'tool'; readonly key: string; readonly tool: ToolView }
  | { readonly kind: 'looks'; readonly key: string; readonly tools: readonly ToolView[] }
  | { readonly kind: 'error'; readonly key: string; readonly code: string; readonly message: string }
  | RetryRow
  | { readonly kind: 'seam'; readonly key: string; readonly tone: 'plain' | 'warn'; readonly text: string }
  | { readonly kind: 'working'; readonly key: string; readonly since: number }
  | FooterRow;

export interface PromptRow {
  readonly kind: 'prompt';
  readonly key: string;
  readonly content: string;
  readonly images: readonly ImageRef[];
  /** Null when unknown or at the machine's own shell. */
  readonly actor: Actor | null;
  readonly mode: PromptMode;
  readonly at: number;
  /** Not yet in the log: on its way there. */
  readonly sending: boolean;
}

export interface ThinkingRow {
  readonly kind: 'thinking';
  readonly key: string;
  readonly text: string;
  readonly running: boolean;
  readonly durationMs: number | null;
}

export interface TextRow {
  readonly kind: 'text';
  readonly key: string;
  readonly text: string;
  readonly complete: boolean;
  /** A retry replaced it: it does not count. */
  readonly superseded: boolean;
}

export interface RetryRow {
  readonly kind: 'retry';
  readonly key: string;
  readonly attempt: number;
  readonly maxAttempts: number;
  readonly reason: string;
  /** When the next attempt begins, in ms since 1970; null when it is over. */
  readonly until: number | null;
}

export interface FooterRow {
  readonly kind: 'footer';
  readonly key: string;
  readonly modelId: string;
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly cachedTokens: number;
  readonly cost: number | null;
  readonly durationMs: number;
  readonly at: number;
  /** The turn's text, to copy. */
  readonly answer: string;
}
