/** Prompts of a session that wait for their turn. They are in the store already; this is their order. */
import type { QueuedPrompt, SessionEvent } from '@spectral/proto/wire';
import type { PromptRecord } from '../store/prompts.ts';

/** Characters of a waiting prompt that readers are shown. */
const PREVIEW_CHARS = 2_000;

export class PromptQueue {
  readonly #prompts: PromptRecord[];
  /** Whether readers were last told of prompts that wait. */
  #shown: boolean;

  constructor(waiting: readonly PromptRecord[]) {
    this.#prompts = [...waiting];
    this.#shown = waiting.length > 0;
  }

  get length(): number {
    return this.#prompts.length;
  }

  push(prompt: PromptRecord): void {
    this.#prompts.push(prompt);
  }

  shift(): PromptRecord | null {
    return this.#prompts.shift() ?? null;
  }

  has(promptId: string): boolean {
    return this.#prompts.some((prompt) => prompt.id === promptId);
  }

  remove(promptId: string): void {
    const index = this.#prompts.findIndex((prompt) => prompt.id === promptId);
    if (index >= 0) this.#prompts.splice(index, 1);
  }

  /** The event that shows readers what waits, or null when they already know that nothing does. */
  change(): SessionEvent | null {
    if (!this.#shown && this.#prompts.length === 0) return null;
    this.#shown = this.#prompts.length > 0;
    return { type: 'queue_changed', queue: this.#prompts.map(preview) };
  }
}

function preview({ id: promptId, content, mode, images }: PromptRecord): QueuedPrompt {
  const text = content.length <= PREVIEW_CHARS ? content : `${content.slice(0, PREVIEW_CHARS)} …`;
  return { promptId, content: text, mode, images: images.length };
}
