/** Prompts of a session that wait for their turn: kept in the store before they are promised, and in their order. */
import type { QueuedPrompt, SessionEvent } from '@spectral/proto/wire';
import type { StoredImage } from '../store/images.ts';
import type { PromptRecord, PromptState } from '../store/prompts.ts';
import type { Store } from '../store/store.ts';
import { NoSuchThing, NotNow } from './live-errors.ts';

/** Characters of a waiting prompt that readers are shown. */
const PREVIEW_CHARS = 2_000;

export class PromptQueue {
  readonly #sessionId: string;
  readonly #store: Pick<Store, 'images' | 'prompts' | 'transaction'>;
  readonly #prompts: PromptRecord[];
  /** Whether readers were last told of prompts that wait. */
  #shown: boolean;

  constructor(sessionId: string, store: Pick<Store, 'images' | 'prompts' | 'transaction'>) {
    this.#sessionId = sessionId;
    this.#store = store;
    this.#prompts = store.prompts.queuedOf(sessionId);
    this.#shown = this.#prompts.length > 0;
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

  /** What became of a prompt, or null for an unknown id. */
  stateOf(promptId: string): PromptState | null {
    return this.#store.prompts.stateOf(promptId);
  }

  /** Keeps a prompt with its images, all or nothing. It is not in line yet. Throws StoreUnavailable. */
  keep(prompt: PromptRecord, images: readonly StoredImage[]): void {
    this.#store.transaction(() => {
      for (const image of images) this.#store.images.insert(this.#sessionId, image);
      this.#store.prompts.insert(this.#sessionId, prompt, 'queued');
    });
  }

  /** Takes a waiting prompt back. Throws NoSuchThing, or NotNow for one that does not wait any more. */
  withdraw(promptId: string): void {
    const index = this.#prompts.findIndex((prompt) => prompt.id === promptId);
    if (index < 0) {
      if (!this.stateOf(promptId)) throw new NoSuchThing('prompt', promptId);
      throw new NotNow('prompt-taken', 'the agent has this prompt already; cancel the turn to stop it');
    }
    this.#store.transaction(() => this.#store.prompts.setState(promptId, 'withdrawn'));
    this.#prompts.splice(index, 1);
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
