/**
 * A session of the pi driver.
 *
 *   settled ──deliver(turn)──▶ running ──pi is done, or an interrupt──▶ settled
 *      │  └──────compact──────▶ compacting ─────────────────────────────▶ settled
 *      └── stop, from anywhere ──▶ stopped
 *
 * Every wait on pi is bounded: an engine that does not end in time is thrown away and opened anew from its entries.
 */
import type { SessionEntry } from '@earendil-works/pi-coding-agent';
import {
  PromptNotTaken,
  type DriverEvent,
  type DriverPrompt,
  type DriverSession,
  type Receipt,
  type TurnOutcome,
} from '../driver.ts';
import type { ChildProcesses } from './child-processes.ts';
import { endedWithin } from './deadline.ts';
import type { Engine } from './engine.ts';
import type { EventMapping } from './event-mapping.ts';
import type { PiLog } from './pi-log.ts';
import type { PiModel, PiModels } from './pi-models.ts';
import { errorText } from './error-text.ts';

/** pi may resize images or compact before it begins; a prompt it has not refused by then counts as taken. */
const RECEIPT_MS = 1000;
/** `settled` must follow an interrupt within a second, and `stop` end within two. */
const ABORT_MS = 800;
const STOP_MS = 1500;
/** A summary of a full context window takes a slow model minutes. */
const COMPACTION_MS = 10 * 60_000;

export interface PiSessionOptions {
  readonly sessionId: string;
  readonly models: PiModels;
  readonly mapping: EventMapping;
  readonly children: ChildProcesses;
  readonly emit: (event: DriverEvent) => void;
  readonly open: (entries: readonly SessionEntry[], model: PiModel) => Promise<Engine>;
  readonly onStopped: () => void;
  readonly log: PiLog;
}

interface Turn {
  readonly prompt: DriverPrompt;
  readonly model: PiModel;
  readonly accepted: PromiseWithResolvers<void>;
  taken: boolean;
  cancelled: boolean;
  ended: boolean;
  done: Promise<void>;
}

interface Compaction {
  readonly instructions: string | undefined;
  readonly reason: 'manual' | 'fork';
}

export class PiSession implements DriverSession {
  readonly #options: PiSessionOptions;
  #engine: Engine;
  #phase: 'settled' | 'running' | 'compacting' | 'stopped' = 'settled';
  #turn: Turn | null = null;
  #abandoned = false;
  #awaitingCompaction: Compaction | null = null;
  #stopped: Promise<void> | null = null;

  constructor(options: PiSessionOptions, engine: Engine) {
    this.#options = options;
    this.#engine = engine;
  }

  async deliver(prompt: DriverPrompt): Promise<Receipt> {
    if (prompt.mode === 'steer') return this.#steer(prompt);
    this.#mustBeSettled();
    const model = this.#options.models.find(prompt.modelId);
    if (!model)
      throw new PromptNotTaken('model-unknown', `The team has no model ${prompt.modelId}. Choose another.`);
    const turn: Turn = {
      prompt,
      model,
      accepted: Promise.withResolvers(),
      taken: false,
      cancelled: false,
      ended: false,
      done: Promise.resolve(),
    };
    this.#phase = 'running';
    this.#turn = turn;
    this.#options.mapping.begin(model.id);
    turn.done = this.#run(turn);
    const timer = setTimeout(() => accept(turn), RECEIPT_MS);
    await turn.accepted.promise.finally(() => clearTimeout(timer));
    return 'taken';
  }

  async interrupt(): Promise<void> {
    if (this.#phase === 'compacting') return this.#engine.session.abortCompaction();
    if (this.#turn) await this.#cancel(this.#turn, ABORT_MS);
  }

  async compact(options: {
    instructions?: string;
    lazily?: boolean;
    reason: 'manual' | 'fork';
  }): Promise<void> {
    const compaction: Compaction = { instructions: options.instructions, reason: options.reason };
    if (options.lazily) {
      this.#awaitingCompaction = compaction;
      return;
    }
    this.#mustBeSettled();
    this.#phase = 'compacting';
    try {
      await this.#reopenIfAbandoned(this.#engine.session.model as PiModel);
      await this.#compactNow(compaction);
    } finally {
      if (this.#phase === 'compacting') this.#phase = 'settled';
    }
  }

  stop(): Promise<void> {
    this.#stopped ??= this.#stop();
    return this.#stopped;
  }

  async #stop(): Promise<void> {
    const compacting = this.#phase === 'compacting';
    this.#phase = 'stopped';
    if (compacting) this.#engine.session.abortCompaction();
    if (this.#turn) await this.#cancel(this.#turn, STOP_MS);
    this.#engine.dispose();
    this.#options.children.killAll();
    this.#options.onStopped();
  }

  /** Runs a turn to its end; tells its end exactly once, unless pi refused the prompt before it was taken. */
  async #run(turn: Turn): Promise<void> {
    let failure: unknown;
    try {
      await this.#reopenIfAbandoned(turn.model);
      await this.#useModel(turn.model);
      const compaction = this.#awaitingCompaction;
      this.#awaitingCompaction = null;
      if (compaction) {
        accept(turn);
        await this.#compactNow(compaction);
      }
      if (!turn.cancelled) await this.#prompt(turn);
    } catch (error) {
      failure = error;
    }
    if (turn.ended) return;
    if (failure !== undefined && !turn.taken) return this.#refuse(turn, failure);
    this.#settle(turn, failure);
  }

  async #prompt(turn: Turn): Promise<void> {
    const { session } = this.#engine;
    const images = turn.prompt.images.map((image) => ({ type: 'image' as const, ...image }));
    await session.prompt(turn.prompt.content, {
      images,
      preflightResult: (ready) => {
        if (!ready) return;
        accept(turn);
        // Cancelled while pi was still preparing, when there was nothing to abort yet.
        if (turn.cancelled) queueMicrotask(() => void session.abort());
      },
    });
    // A prompt that steered in the instant the turn ended was taken, so it must run.
    while (!turn.cancelled && session.pendingMessageCount > 0)
      await session.prompt(session.clearQueue().steering.join('\n\n'));
  }

  async #steer(prompt: DriverPrompt): Promise<Receipt> {
    const turn = this.#turn;
    if (!turn) return 'settled';
    await turn.accepted.promise;
    const { session } = this.#engine;
    if (turn.ended || turn.cancelled || !session.isStreaming) return 'settled';
    await session.steer(
      prompt.content,
      prompt.images.map((image) => ({ type: 'image' as const, ...image })),
    );
    return 'taken';
  }

  async #cancel(turn: Turn, limitMs: number): Promise<void> {
    const { session } = this.#engine;
    turn.cancelled = true;
    this.#options.mapping.cancel();
    accept(turn);
    session.clearQueue();
    const ended = Promise.all([session.abort(), turn.done]);
    if (!(await endedWithin(ended, limitMs, (error) => this.#warn('pi failed to abort', error))))
      this.#abandon(turn);
  }

  /** Something in pi ignores its signal. The turn ends here; what still runs can no longer be heard. */
  #abandon(turn: Turn): void {
    if (turn.ended) return;
    this.#options.log.warn('pi did not end in time and is opened anew', { session: this.#options.sessionId });
    this.#engine.flush();
    this.#abandoned = true;
    this.#engine.dispose();
    this.#options.children.killAll();
    this.#settle(turn, undefined);
  }

  async #reopenIfAbandoned(model: PiModel): Promise<void> {
    if (!this.#abandoned) return;
    this.#engine = await this.#options.open(this.#engine.entries(), model);
    this.#abandoned = false;
  }

  /** A model whose settings changed at the gateway is another object under the same name. */
  async #useModel(model: PiModel): Promise<void> {
    const { session } = this.#engine;
    if (session.model?.provider !== model.provider || session.model.id !== model.id)
      await session.setModel(model);
    else session.agent.state.model = model;
  }

  /** A failure is told as an event by pi; the session goes on with the memory it has. */
  async #compactNow({ instructions, reason }: Compaction): Promise<void> {
    const { session } = this.#engine;
    this.#options.mapping.nextCompactionIs(reason);
    const work = this.#engine.compact(instructions);
    const inTime = await endedWithin(work, COMPACTION_MS, (error) =>
      this.#options.log.info('nothing compacted', {
        session: this.#options.sessionId,
        reason: String(error),
      }),
    );
    if (!inTime) session.abortCompaction();
  }

  #refuse(turn: Turn, cause: unknown): void {
    this.#end(turn);
    turn.accepted.reject(new PromptNotTaken('agent-refused', errorText(cause), { cause }));
  }

  #settle(turn: Turn, failure: unknown): void {
    this.#engine.flush();
    this.#end(turn);
    this.#options.emit({ type: 'settled', outcome: this.#outcome(failure) });
  }

  /** Before the end is told, so that the next prompt may be delivered from within. */
  #end(turn: Turn): void {
    turn.ended = true;
    this.#turn = null;
    if (this.#phase === 'running') this.#phase = 'settled';
  }

  #outcome(failure: unknown): TurnOutcome {
    const outcome = this.#options.mapping.outcome();
    if (failure === undefined || outcome.reason === 'cancelled') return outcome;
    this.#warn('pi failed', failure);
    const message = errorText(failure);
    return { reason: 'error', text: outcome.text, error: { code: 'agent-failed', message } };
  }

  #mustBeSettled(): void {
    if (this.#phase === 'stopped') throw new PromptNotTaken('stopped', 'The session has been stopped.');
    if (this.#phase !== 'settled')
      throw new PromptNotTaken(
        'busy',
        'The agent is still at work. Queue the prompt, or steer the running turn.',
      );
  }

  #warn(message: string, error: unknown): void {
    this.#options.log.warn(message, {
      session: this.#options.sessionId,
      error: errorText(error),
    });
  }
}

function accept(turn: Turn): void {
  turn.taken = true;
  turn.accepted.resolve();
}
