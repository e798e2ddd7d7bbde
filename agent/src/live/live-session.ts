/**
 * One session while somebody works with it: its queue, its turn, its loop and its agent. A turn belongs to the session
 * and to no socket. What may happen is decided in turn-state.ts and loop.ts; a turn itself is in running-turn.ts.
 */
import type { Actor, Prompt, PromptReceipt, SessionEvent, SessionInfo } from '@spectral/proto/wire';
import type { DriverEvent } from '../drivers/driver.ts';
import type { PromptRecord } from '../store/prompts.ts';
import { addUsage, sessionInfoOf, type SessionRecord } from '../store/session-record.ts';
import { DEFAULT_TITLE } from './auto-title.ts';
import type { Recorded } from './event-gather.ts';
import { NotNow, refusalUnder } from './live-errors.ts';
import { PromptQueue } from './prompt-queue.ts';
import { decodeImages, promptRecordOf } from './prompt-record.ts';
import { RunningTurn, failureOf, type Ending } from './running-turn.ts';
import { SessionAgent } from './session-agent.ts';
import { SessionCompaction } from './session-compaction.ts';
import { SessionLoop } from './session-loop.ts';
import type { SessionParts } from './session-parts.ts';
import { placeOfPrompt, statusAfter, whatFollows, type Phase } from './turn-state.ts';

/** An agent with nothing to do is stopped after this long; the next prompt resumes it from its entries. */
const IDLE_STOP_MS = 10 * 60_000;

export class LiveSession implements Recorded {
  record: SessionRecord;
  readonly #parts: SessionParts;
  readonly #agent: SessionAgent;
  readonly #queue: PromptQueue;
  readonly #loop = new SessionLoop();
  readonly #compaction: SessionCompaction;
  #turn: RunningTurn | null = null;
  /** What the agent was told in the running or last turn. */
  #told = '';
  #cancelIdleStop = (): void => {};
  #disposed = false;

  constructor(record: SessionRecord, parts: SessionParts) {
    this.record = record;
    this.#parts = parts;
    this.#queue = new PromptQueue(record.id, parts.store);
    this.#agent = new SessionAgent(this, parts, (event) => this.#onDriverEvent(event));
    this.#compaction = new SessionCompaction({
      agent: this.#agent,
      append: (event) => this.#append(event),
      ended: () => {
        this.#change({ status: 'idle' });
        this.#continue();
      },
    });
  }

  get id(): string {
    return this.record.id;
  }

  get info(): SessionInfo {
    return sessionInfoOf(this.record, this.#queue.length);
  }

  get isBusy(): boolean {
    return this.#phase !== 'idle';
  }

  /**
   * Takes a prompt: kept first, then started, given to the running turn, or queued. A prompt of a known id is not
   * taken again. Throws BadInput, NotNow, MachineDraining or StoreUnavailable with nothing taken.
   */
  prompt(wanted: Prompt, promptId: string, actor: Actor | null): PromptReceipt {
    const known = this.#queue.stateOf(promptId);
    if (known) return { promptId, state: known === 'queued' ? 'queued' : 'running' };
    this.#refuseUnlessOpen();
    if (wanted.modelId !== undefined) this.#agent.requireModel(wanted.modelId);
    const images = decodeImages(wanted.images ?? [], this.#parts.newId);
    const prompt = promptRecordOf(wanted, promptId, actor, images);
    const place = placeOfPrompt(this.#phase, this.#queue.length, prompt.mode);
    this.#queue.keep(prompt, images);
    if (wanted.loop === false) this.stopLoop();
    if (place === 'steer' && this.#turn) {
      void this.#steer(this.#turn, prompt);
      return { promptId, state: 'steering' };
    }
    this.#queue.push(prompt);
    if (place === 'now') this.#continue();
    else this.#queueChanged();
    this.#parts.gather.flush();
    return { promptId, state: place === 'now' ? 'running' : 'queued' };
  }

  /** Takes a waiting prompt back. Throws NoSuchThing, or NotNow when the agent has it already. */
  withdraw(promptId: string): void {
    this.#queue.withdraw(promptId);
    this.#queueChanged();
    this.#parts.gather.flush();
  }

  /** Ends the running turn and the loop, within a second. Returns whether anything ran. */
  cancel(): boolean {
    const wasBusy = this.isBusy;
    this.#compaction.cancel();
    this.#turn?.interrupt();
    return wasBusy;
  }

  /** The running iteration is the loop's last. */
  stopLoop(): void {
    if (!this.#loop.stop()) return;
    this.#change({ loop: this.#loop.info });
    if (!this.#turn) this.#leaveLoop({ reason: 'done', text: '' });
  }

  /** Shortens the agent's memory in the background. Throws NotNow while something runs. */
  compact(instructions: string | undefined): void {
    this.#refuseUnlessOpen();
    if (this.isBusy) throw new NotNow('session-busy', 'the session is at work; wait, or cancel its turn');
    void this.#compaction.run(instructions);
    this.#change({ status: 'running' });
  }

  /** Sets title or model. Throws BadInput for a model that is not granted. */
  patch({ title, modelId }: { title?: string | undefined; modelId?: string | undefined }): void {
    if (modelId !== undefined) {
      this.#agent.requireModel(modelId);
      this.#change({ modelId });
    }
    if (title !== undefined) this.#rename(title);
    this.#parts.gather.flush();
  }

  /** Starts what waits: prompts kept from an earlier run of the daemon, a loop that rested under a cordon. */
  resume(): void {
    if (!this.isBusy) this.#continue();
  }

  /** Marks the turn and the loop of an earlier run of the daemon as interrupted. */
  recover(): void {
    const { turn, loop, status } = this.record;
    if (loop) this.#append({ type: 'loop_stopped', iterations: loop.iteration });
    if (turn) this.#append({ type: 'agent_end', turnId: turn.turnId, reason: 'interrupted' });
    if (loop || turn || status === 'running') this.#change({ status: 'interrupted', turn: null, loop: null });
  }

  /** Events can no longer be kept: the turn ends with this error, told as soon as the store takes events again. */
  storeFailed(error: { readonly code: string; readonly message: string }): void {
    this.#turn?.fail(error);
  }

  /** The agent is given up while idle, so that the next turn starts it anew (in another directory). */
  restartAgent(): void {
    if (!this.isBusy) void this.#agent.seat.leave();
  }

  /** Ends at once: what still runs is marked interrupted. Resolves when the agent is gone. */
  end(): Promise<void> {
    this.#turn?.end({ reason: 'interrupted', text: '' });
    return this.dispose();
  }

  /** Stops everything without another event. */
  dispose(): Promise<void> {
    this.#disposed = true;
    this.#turn?.drop();
    this.#compaction.drop();
    this.#cancelIdleStop();
    return this.#agent.seat.leave();
  }

  get #phase(): Phase {
    if (this.#compaction.isRunning) return 'compacting';
    return !this.#turn || this.#turn.phase === 'ended' ? 'idle' : this.#turn.phase;
  }

  /** Begins what follows, or rests. */
  #continue(): void {
    this.#cancelIdleStop();
    if (this.#disposed) return;
    switch (whatFollows(this.#queue.length, this.#loop.isActive, this.#parts.intake())) {
      case 'prompt':
        return this.#begin(this.#queue.shift());
      case 'iteration':
        return this.#begin(null);
      case 'rest':
        this.#cancelIdleStop = this.#parts.clock.after(IDLE_STOP_MS, () => void this.#agent.seat.leave());
    }
  }

  /** Begins a turn with a prompt, or with the loop's next iteration. */
  #begin(prompt: PromptRecord | null): void {
    const modelId = this.#agent.modelFor(prompt);
    const turn = this.#newTurn();
    const { turnId, first } = turn;
    this.#turn = turn;
    const announcement = this.#loop.enter(prompt);
    if (announcement) this.#append(announcement);
    this.#append({ type: 'turn_start', turnId, modelId });
    if (prompt) this.#taken(prompt, 'queue');
    const loop = this.#loop.info;
    this.#change({ status: 'running', turn: { turnId, first }, loop, modelId: modelId || null });
    this.#told = this.#loop.textFor(prompt);
    const told = { content: this.#told, images: this.#agent.imagesOf(prompt), modelId };
    void turn.deliver(this.#agent.open(modelId), told);
  }

  #newTurn(): RunningTurn {
    const turn: RunningTurn = new RunningTurn({
      turnId: this.#parts.newId(),
      first: this.record.head + 1,
      seat: this.#agent.seat,
      clock: this.#parts.clock,
      append: (event) => this.#append(event),
      ended: (ending) => this.#turnEnded(turn, ending),
    });
    return turn;
  }

  #taken(prompt: PromptRecord, mode: 'queue' | 'steer'): void {
    const { id: promptId, content, images, actor } = prompt;
    const messageId = this.#parts.newId();
    this.#parts.gather.took(promptId);
    this.#append({ type: 'user_message', messageId, promptId, content, images: [...images], actor, mode });
    this.#change({ messages: this.record.messages + 1 });
    if (mode === 'queue') this.#queueChanged();
  }

  async #steer(turn: RunningTurn, prompt: PromptRecord): Promise<void> {
    const modelId = this.#agent.modelFor(prompt);
    try {
      if (await turn.steer({ content: prompt.content, images: this.#agent.imagesOf(prompt), modelId })) {
        return this.#taken(prompt, 'steer');
      }
    } catch (error) {
      this.#parts.log('agent.steer-failed', { message: String(error) });
    }
    // Too late, or not taken: it waits like any other.
    this.#queue.push(prompt);
    if (this.isBusy) this.#queueChanged();
    else this.#continue();
  }

  #onDriverEvent(event: DriverEvent): void {
    if (this.#disposed) return;
    if (event.type !== 'settled') this.#append(event);
    if (event.type === 'message_start') this.#change({ messages: this.record.messages + 1 });
    if (event.type === 'token_usage') this.#change({ usage: addUsage(this.record.usage, event.usage) });
    this.#turn?.heard(event);
  }

  #turnEnded(turn: RunningTurn, { reason, text }: Ending): void {
    if (turn !== this.#turn || this.#disposed) return;
    this.#turn = null;
    this.#change({ status: statusAfter(reason), turn: null });
    this.#leaveLoop({ reason, text });
    this.#parts.gather.flush();
    if (reason === 'done') void this.#nameItself(text);
    this.#continue();
  }

  #leaveLoop(outcome: { readonly reason: string; readonly text: string }): void {
    const ending = this.#loop.turnEnded(outcome);
    if (!ending) return;
    this.#append(ending);
    this.#change({ loop: null });
  }

  /** Once in the session's life, and only while it has its default title. */
  async #nameItself(answer: string): Promise<void> {
    if (this.record.titleState !== 'default') return;
    this.#change({ titleState: 'tried' });
    const title = await this.#agent.titleFor(this.#told, answer);
    if (title && !this.#disposed && this.record.title === DEFAULT_TITLE) this.#rename(title);
  }

  #rename(title: string): void {
    this.#append({ type: 'session_renamed', title });
    this.#change({ title, titleState: 'set' });
    this.#parts.renamed(this.id, title);
  }

  #queueChanged(): void {
    const change = this.#queue.change();
    if (change) this.#append(change);
    this.#change({});
  }

  #refuseUnlessOpen(): void {
    const refusal = refusalUnder(this.#parts.intake());
    if (refusal?.code === 'shutting-down') this.#append({ type: 'error', ...failureOf(refusal) });
    this.#parts.gather.flush();
    if (refusal) throw refusal;
  }

  #append(event: SessionEvent): void {
    this.#parts.gather.append(this, event);
  }

  #change(changes: Partial<SessionRecord>): void {
    this.record = { ...this.record, ...changes };
    this.#parts.gather.touch(this, true);
  }
}
