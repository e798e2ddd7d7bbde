/** The loop a session is in, if it is in one. What its states mean is in loop.ts. */
import type { LoopInfo, SessionEvent } from '@spectral/proto/wire';
import type { PromptRecord } from '../store/prompts.ts';
import { endOfLoop, iterationPrompt, loopInfoOf, nextIteration, startLoop, type Loop } from './loop.ts';

export class SessionLoop {
  #loop: Loop | null = null;
  /** Whether the running turn is an iteration, not a prompt that somebody sent in between. */
  #iterates = false;

  get isActive(): boolean {
    return this.#loop !== null;
  }

  get info(): LoopInfo | null {
    return this.#loop && loopInfoOf(this.#loop);
  }

  /** A turn begins: with a prompt, which may start or renew the loop, or with the next iteration. Its announcement. */
  enter(prompt: PromptRecord | null): SessionEvent | null {
    if (prompt?.loop) {
      this.#loop = startLoop({ ...prompt.loop, prompt: prompt.content });
    }
    this.#iterates = this.#loop !== null && (prompt === null || prompt.loop !== null);
    if (!this.#loop || !this.#iterates) return null;
    const { loop, event } = nextIteration(this.#loop);
    this.#loop = loop;
    return event;
  }

  /** What the agent is told in the turn just entered. */
  textFor(prompt: PromptRecord | null): string {
    return this.#loop && this.#iterates ? iterationPrompt(this.#loop) : (prompt?.content ?? '');
  }

  /** The running iteration is the last. Returns whether there is a loop. */
  stop(): boolean {
    if (this.#loop) this.#loop = { ...this.#loop, stopping: true };
    return this.#loop !== null;
  }

  /** A turn ended: the event that ends the loop with it, or null when the loop goes on or there is none. */
  turnEnded(outcome: { readonly reason: string; readonly text: string }): SessionEvent | null {
    if (!this.#loop) return null;
    const concerns = this.#iterates || this.#loop.stopping || outcome.reason !== 'done';
    const ending = concerns ? endOfLoop(this.#loop, outcome) : null;
    if (ending) this.#loop = null;
    return ending;
  }
}
