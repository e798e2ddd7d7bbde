/** A compaction that somebody asked for: one at a time, in the background, until it ends or is cancelled. */
import type { SessionEvent } from '@spectral/proto/wire';
import { failureOf } from './running-turn.ts';
import type { SessionAgent } from './session-agent.ts';

export interface CompactionOptions {
  readonly agent: SessionAgent;
  readonly append: (event: SessionEvent) => void;
  readonly ended: () => void;
}

export class SessionCompaction {
  readonly #options: CompactionOptions;
  #isRunning = false;

  constructor(options: CompactionOptions) {
    this.#options = options;
  }

  get isRunning(): boolean {
    return this.#isRunning;
  }

  /** Never rejects; a failure is an error event. */
  async run(instructions: string | undefined): Promise<void> {
    const { agent, append } = this.#options;
    this.#isRunning = true;
    try {
      const session = await agent.open(agent.modelFor(null));
      if (!this.isRunning) return;
      await session.compact({ reason: 'manual', ...(instructions === undefined ? {} : { instructions }) });
    } catch (error) {
      if (this.isRunning) append({ type: 'error', ...failureOf(error) });
    }
    this.#end();
  }

  /** Gives the agent up, which is the only way out of a call to a model that goes on. */
  cancel(): void {
    if (!this.#isRunning) return;
    void this.#options.agent.seat.leave();
    this.#options.append({ type: 'compaction', phase: 'failed', reason: 'manual', detail: 'cancelled' });
    this.#end();
  }

  /** Forgets it without an event. */
  drop(): void {
    this.#isRunning = false;
  }

  #end(): void {
    if (!this.#isRunning) return;
    this.#isRunning = false;
    this.#options.ended();
  }
}
