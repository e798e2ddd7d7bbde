/**
 * One turn, from the delivery of its prompt to its end. It ends exactly once: when the agent settles, when it does not
 * settle in time after an interrupt, or when it could not take the prompt.
 */
import type { SessionEvent } from '@spectral/proto/wire';
import type { Clock } from '../clock.ts';
import type { DriverEvent, DriverPrompt, DriverSession, TurnOutcome } from '../drivers/driver.ts';
import type { AgentSeat } from './agent-seat.ts';

/** A cancelled turn whose agent does not settle by then is ended without it. */
const CANCEL_LIMIT_MS = 800;

/** How a turn ended; `interrupted` when the daemon stopped under it. */
export type Ending = Omit<TurnOutcome, 'reason'> & { readonly reason: TurnOutcome['reason'] | 'interrupted' };

export interface TurnOptions {
  readonly turnId: string;
  /** Number of the turn's first event. */
  readonly first: number;
  readonly seat: AgentSeat;
  readonly append: (event: SessionEvent) => void;
  readonly ended: (ending: Ending) => void;
  readonly clock: Clock;
}

export class RunningTurn {
  readonly turnId: string;
  readonly first: number;
  phase: 'running' | 'cancelling' | 'ended' = 'running';
  readonly #options: TurnOptions;
  /** The assistant's message that has begun and not ended. */
  #openMessage: string | null = null;
  /** Why the turn is being ended from outside, when that is a failure. */
  #failure: TurnOutcome['error'] | null = null;
  #cancelLimit = (): void => {};

  constructor(options: TurnOptions) {
    this.#options = options;
    this.turnId = options.turnId;
    this.first = options.first;
  }

  /** Gives the agent the prompt, once it is there. Never rejects: what goes wrong ends the turn. */
  async deliver(agent: Promise<DriverSession>, prompt: Omit<DriverPrompt, 'mode'>): Promise<void> {
    try {
      const session = await agent;
      if (this.#hasEnded()) return;
      if (this.#isCancelled()) return this.end({ reason: 'cancelled', text: '' });
      const receipt = await session.deliver({ ...prompt, mode: 'turn' });
      if (receipt === 'settled') throw new Error('the agent did not take the prompt');
      // A cancel that came while the prompt was being taken found nothing to interrupt yet.
      if (this.#isCancelled()) this.#options.seat.interrupt();
    } catch (error) {
      this.end({ reason: 'error', text: '', error: failureOf(error) });
    }
  }

  /** Whether the running agent took a prompt on the way. Rejects when the agent fails. */
  async steer(prompt: Omit<DriverPrompt, 'mode'>): Promise<boolean> {
    const agent = await this.#options.seat.open(prompt.modelId);
    const receipt = await agent.deliver({ ...prompt, mode: 'steer' });
    return receipt === 'taken' && !this.#hasEnded();
  }

  /** Takes note of what the agent tells. */
  heard(event: DriverEvent): void {
    if (event.type === 'settled') this.end(event.outcome);
    if (event.type === 'message_start') this.#openMessage = event.messageId;
    if (event.type === 'message_end') this.#openMessage = null;
  }

  /** Asks the agent to end the turn, and ends it anyway when it does not. */
  interrupt(): void {
    if (this.phase !== 'running') return;
    this.phase = 'cancelling';
    this.#options.seat.interrupt();
    this.#cancelLimit = this.#options.clock.after(CANCEL_LIMIT_MS, () => {
      void this.#options.seat.leave();
      this.end({ reason: 'cancelled', text: '' });
    });
  }

  /** Interrupts the turn for this reason. */
  fail(error: NonNullable<TurnOutcome['error']>): void {
    if (this.phase !== 'running') return;
    this.#failure = error;
    this.interrupt();
  }

  /** Ends the turn now, closing what is open. Only the first call counts. */
  end(ending: Ending): void {
    if (this.#hasEnded()) return;
    this.phase = 'ended';
    this.#cancelLimit();
    const { append, ended } = this.#options;
    const error = this.#failure ?? ending.error;
    const reason = error ? 'error' : ending.reason;
    if (this.#openMessage)
      append({ type: 'message_end', messageId: this.#openMessage, stopReason: 'cancelled' });
    if (error) append({ type: 'error', ...error });
    append({ type: 'agent_end', turnId: this.turnId, reason });
    ended({ ...ending, reason });
  }

  /** Forgets the turn without another event. */
  drop(): void {
    this.phase = 'ended';
    this.#cancelLimit();
  }

  #hasEnded(): boolean {
    return this.phase === 'ended';
  }

  #isCancelled(): boolean {
    return this.phase === 'cancelling';
  }
}

/** What a person is told of a failure. */
export function failureOf(error: unknown): { code: string; message: string } {
  const code =
    error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : 'agent-failed';
  return { code, message: error instanceof Error ? error.message : String(error) };
}
