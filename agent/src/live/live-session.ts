/**
 * One session while somebody works with it: its queue, its turn, its loop and its agent. A turn belongs to the session
 * and to no socket. What may happen is decided in turn-state.ts and loop.ts.
 */
import type { Actor, Model, Prompt, PromptReceipt, QueuedPrompt, SessionEvent, SessionInfo } from '@spectral/proto/wire';
import { BadInput } from '@spectral/proto/wire';
import type { Clock } from '../clock.ts';
import type { Driver, DriverEvent, TurnOutcome } from '../drivers/driver.ts';
import type { ProjectRecord } from '../store/projects.ts';
import type { PromptRecord } from '../store/prompts.ts';
import { addUsage, sessionInfoOf, type SessionRecord } from '../store/session-record.ts';
import type { Store } from '../store/store.ts';
import { createAgentSeat, type AgentSeat } from './agent-seat.ts';
import { DEFAULT_TITLE, titleFor } from './auto-title.ts';
import type { EventGather, Recorded } from './event-gather.ts';
import { NotNow, NoSuchThing } from './live-errors.ts';
import { endOfLoop, iterationPrompt, loopInfoOf, nextIteration, startLoop, type Loop } from './loop.ts';
import { decodeImages, promptRecordOf } from './prompt-record.ts';
import { IDLE, placeOfPrompt, statusAfter, whatFollows, type Turn } from './turn-state.ts';

/** A cancelled turn whose agent does not settle by then is ended without it. */
const CANCEL_LIMIT_MS = 800;
/** An agent with nothing to do is stopped after this long; the next prompt resumes it from its entries. */
const IDLE_STOP_MS = 10 * 60_000;
/** Characters of a waiting prompt that readers are shown. */
const QUEUE_PREVIEW_CHARS = 2_000;

export interface SessionParts {
  readonly store: Store;
  readonly gather: EventGather;
  readonly driver: Driver;
  readonly clock: Clock;
  readonly newId: () => string;
  readonly log: (event: string, facts?: Record<string, unknown>) => void;
  /** Models granted to this machine; empty while the gateway has not told yet. */
  readonly models: () => readonly Model[];
  readonly project: (id: string) => ProjectRecord | null;
  readonly isDirectory: (path: string) => boolean;
  /** The daemon stops: nothing new begins. */
  readonly refusing: () => boolean;
  /** Told when a session got a new title. */
  readonly renamed: (sessionId: string, title: string) => void;
}

type Ending = Omit<TurnOutcome, 'reason'> & { readonly reason: TurnOutcome['reason'] | 'interrupted' };

export class LiveSession implements Recorded {
  record: SessionRecord;
  readonly #parts: SessionParts;
  readonly #seat: AgentSeat;
  #queue: PromptRecord[];
  /** Whether readers were last told of a queue with prompts in it. */
  #queueShown: boolean;
  #turn: Turn = IDLE;
  #loop: Loop | null = null;
  /** Whether the running turn is an iteration of the loop. */
  #iterates = false;
  #promptText = '';
  /** The assistant's message that has begun and not ended. */
  #openMessage: string | null = null;
  /** Why the running turn is being ended from outside, when that is a failure. */
  #failure: TurnOutcome['error'] | null = null;
  #cancelTimer = (): void => {};
  #disposed = false;

  constructor(record: SessionRecord, parts: SessionParts) {
    this.record = record;
    this.#parts = parts;
    this.#queue = parts.store.prompts.queuedOf(record.id);
    this.#queueShown = this.#queue.length > 0;
    this.#seat = createAgentSeat({
      driver: parts.driver,
      startOptions: () => this.#startOptions(),
      emit: (event) => this.#onDriverEvent(event),
      saveEntry: (entry) => parts.gather.saveEntry(this, entry),
      log: parts.log,
    });
  }

  get id(): string {
    return this.record.id;
  }

  get info(): SessionInfo {
    return sessionInfoOf(this.record, this.#queue.length);
  }

  get isBusy(): boolean {
    return this.#turn.phase !== 'idle';
  }

  /** Number of the running turn's first event, or null while none runs. */
  get turnFirst(): number | null {
    return this.#turn.phase === 'running' || this.#turn.phase === 'cancelling' ? this.#turn.first : null;
  }

  /**
   * Takes a prompt: kept first, then started, given to the running turn, or queued. A prompt of a known id is not
   * taken again. Throws BadInput, NotNow or StoreUnavailable with nothing taken.
   */
  prompt(wanted: Prompt, promptId: string, actor: Actor | null): PromptReceipt {
    const { store } = this.#parts;
    const known = store.prompts.stateOf(promptId);
    if (known) return { promptId, state: known === 'queued' ? 'queued' : 'running' };
    this.#refuseWhileStopping();
    if (wanted.modelId !== undefined) this.#requireModel(wanted.modelId);
    const images = decodeImages(wanted.images ?? [], this.#parts.newId);
    const prompt = promptRecordOf(wanted, promptId, actor, images);
    const place = placeOfPrompt(this.#turn, this.#queue.length, prompt.mode);
    store.transaction(() => {
      for (const image of images) store.images.insert(this.id, image);
      store.prompts.insert(this.id, prompt, 'queued');
    });
    if (wanted.loop === false) this.stopLoop();
    if (place === 'steer') {
      void this.#steer(prompt);
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
    const { store, gather } = this.#parts;
    const index = this.#queue.findIndex((prompt) => prompt.id === promptId);
    if (index < 0) {
      if (!store.prompts.stateOf(promptId)) throw new NoSuchThing('prompt', promptId);
      throw new NotNow('prompt-taken', 'the agent has this prompt already; cancel the turn to stop it');
    }
    store.transaction(() => store.prompts.setState(promptId, 'withdrawn'));
    this.#queue.splice(index, 1);
    this.#queueChanged();
    gather.flush();
  }

  /** Ends the running turn and the loop, within a second. Returns whether anything ran. */
  cancel(): boolean {
    if (this.#turn.phase === 'idle') return false;
    if (this.#turn.phase === 'compacting') this.#cancelCompaction();
    else this.#interrupt();
    return true;
  }

  /** The running iteration is the loop's last. */
  stopLoop(): void {
    if (!this.#loop) return;
    this.#loop = { ...this.#loop, stopping: true };
    this.#change({ loop: loopInfoOf(this.#loop) });
    if (this.#turn.phase === 'idle') this.#endLoop({ type: 'loop_stopped', iterations: this.#loop.iteration });
  }

  /** Shortens the agent's memory in the background. Throws NotNow while something runs. */
  compact(instructions: string | undefined): void {
    this.#refuseWhileStopping();
    if (this.isBusy) throw new NotNow('session-busy', 'the session is at work; wait for its turn to end, or cancel it');
    this.#turn = { phase: 'compacting' };
    this.#change({ status: 'running' });
    void this.#runCompaction(instructions);
  }

  /** Sets title or model. Throws BadInput for a model that is not granted. */
  patch({ title, modelId }: { title?: string | undefined; modelId?: string | undefined }): void {
    if (modelId !== undefined) {
      this.#requireModel(modelId);
      this.#change({ modelId });
    }
    if (title !== undefined) this.#rename(title);
    this.#parts.gather.flush();
  }

  /** Starts what waits: prompts kept from an earlier run of the daemon. */
  resume(): void {
    if (this.#turn.phase === 'idle') this.#continue();
  }

  /** Marks the turn and the loop of an earlier run of the daemon as interrupted. */
  recover(): void {
    const { turn, loop, status } = this.record;
    if (loop) this.#endLoop({ type: 'loop_stopped', iterations: loop.iteration });
    if (turn) this.#append({ type: 'agent_end', turnId: turn.turnId, reason: 'interrupted' });
    if (turn || status === 'running') this.#change({ status: 'interrupted', turn: null });
  }

  /** Events can no longer be kept: the turn ends with this error, told as soon as the store takes events again. */
  storeFailed(error: { readonly code: string; readonly message: string }): void {
    if (this.#turn.phase !== 'running' || this.#failure) return;
    this.#failure = { code: error.code, message: error.message };
    this.#interrupt();
  }

  /** The agent is given up while idle, so that the next turn starts it anew (in another directory). */
  restartAgent(): void {
    if (!this.isBusy) void this.#seat.leave();
  }

  /** Ends at once: what still runs is marked interrupted. Nothing follows. */
  async end(): Promise<void> {
    if (this.#turn.phase === 'running' || this.#turn.phase === 'cancelling') {
      this.#endTurn(this.#turn.turnId, { reason: 'interrupted', text: '' });
    }
    this.dispose();
    await this.#seat.leave();
  }

  /** Stops everything without another event. */
  dispose(): void {
    this.#disposed = true;
    this.#cancelTimer();
    void this.#seat.leave();
  }

  #startOptions() {
    const { store, gather } = this.#parts;
    gather.flush();
    return { sessionId: this.id, cwd: this.#project().path, entries: store.log.entriesOf(this.id) };
  }

  /** Begins what follows, or rests. */
  #continue(): void {
    if (this.#disposed) return;
    this.#cancelTimer();
    switch (whatFollows(this.#queue.length, this.#loop !== null, this.#parts.refusing())) {
      case 'prompt':
        return this.#begin(this.#queue.shift() ?? null);
      case 'iteration':
        return this.#begin(null);
      case 'rest':
        this.#cancelTimer = this.#parts.clock.after(IDLE_STOP_MS, () => void this.#seat.leave());
    }
  }

  /** Begins a turn with a prompt, or with the loop's next iteration. */
  #begin(prompt: PromptRecord | null): void {
    const { gather, newId } = this.#parts;
    const first = this.record.head + 1;
    const turnId = newId();
    const modelId = prompt?.modelId ?? this.record.modelId ?? this.#parts.models()[0]?.id ?? '';
    if (prompt?.loop) this.#loop = startLoop({ ...prompt.loop, prompt: prompt.content, modelId: prompt.modelId });
    this.#iterates = prompt === null || prompt.loop !== null;
    this.#turn = { phase: 'running', turnId, first };
    this.#failure = null;
    this.#announceIteration();
    this.#append({ type: 'turn_start', turnId, modelId });
    if (prompt) {
      gather.took(prompt.id);
      this.#promptTaken(prompt, 'queue');
    }
    this.#change({
      status: 'running',
      turn: { turnId, first },
      loop: this.#loop && loopInfoOf(this.#loop),
      modelId: modelId || null,
    });
    this.#promptText = this.#loop && this.#iterates ? iterationPrompt(this.#loop) : (prompt?.content ?? '');
    void this.#deliver(turnId, modelId, prompt);
  }

  #announceIteration(): void {
    if (!this.#loop || !this.#iterates) return;
    const { loop, event } = nextIteration(this.#loop);
    this.#loop = loop;
    this.#append(event);
  }

  #promptTaken(prompt: PromptRecord, mode: 'queue' | 'steer'): void {
    const { id: promptId, content, images, actor } = prompt;
    const messageId = this.#parts.newId();
    this.#append({ type: 'user_message', messageId, promptId, content, images: [...images], actor, mode });
    this.#change({ messages: this.record.messages + 1 });
    if (mode === 'queue' && this.#queueShown) this.#queueChanged();
  }

  async #deliver(turnId: string, modelId: string, prompt: PromptRecord | null): Promise<void> {
    const content = this.#promptText;
    try {
      const agent = await this.#openAgent(modelId);
      if (!this.#isTurn(turnId)) return;
      if (this.#isCancelling(turnId)) return this.#endTurn(turnId, { reason: 'cancelled', text: '' });
      const images = prompt ? this.#imagesOf(prompt) : [];
      const receipt = await agent.deliver({ content, images, modelId, mode: 'turn' });
      if (receipt === 'settled') throw new Error('the agent did not take the prompt');
      // A cancel that came while the prompt was being taken found nothing to interrupt yet.
      if (this.#isCancelling(turnId)) this.#seat.interrupt();
    } catch (error) {
      this.#endTurn(turnId, { reason: 'error', text: '', error: told(error) });
    }
  }

  async #openAgent(modelId: string) {
    if (modelId === '') {
      throw new NotNow('no-model', 'no model is granted to this machine; an owner of the team grants models in its settings');
    }
    const { path } = this.#project();
    if (!this.#parts.isDirectory(path)) {
      throw new NotNow('project-missing', `the project's directory ${path} is gone; restore it, or give the project another path`);
    }
    const agent = await this.#seat.open(modelId);
    if (this.record.compactNext) {
      await agent.compact({ lazily: true, reason: 'fork' });
      this.#change({ compactNext: false });
    }
    return agent;
  }

  async #steer(prompt: PromptRecord): Promise<void> {
    const turnId = this.#turn.phase === 'running' ? this.#turn.turnId : '';
    const modelId = prompt.modelId ?? this.record.modelId ?? '';
    try {
      const agent = await this.#seat.open(modelId);
      const images = this.#imagesOf(prompt);
      const receipt = await agent.deliver({ content: prompt.content, images, modelId, mode: 'steer' });
      if (receipt === 'taken' && this.#isTurn(turnId)) {
        this.#parts.gather.took(prompt.id);
        return this.#promptTaken(prompt, 'steer');
      }
    } catch (error) {
      this.#parts.log('agent.steer-failed', { message: String(error) });
    }
    // Too late, or not taken: it waits like any other.
    this.#queue.push(prompt);
    if (this.#turn.phase === 'idle') this.#continue();
    else this.#queueChanged();
  }

  #onDriverEvent(event: DriverEvent): void {
    if (this.#disposed) return;
    if (event.type === 'settled') {
      if (this.#turn.phase === 'running' || this.#turn.phase === 'cancelling') this.#endTurn(this.#turn.turnId, event.outcome);
      return;
    }
    this.#append(event);
    switch (event.type) {
      case 'message_start':
        this.#openMessage = event.messageId;
        return this.#change({ messages: this.record.messages + 1 });
      case 'message_end':
        this.#openMessage = null;
        return;
      case 'token_usage':
        return this.#change({ usage: addUsage(this.record.usage, event.usage) });
      default:
    }
  }

  #interrupt(): void {
    const turn = this.#turn;
    if (turn.phase !== 'running') return;
    this.#turn = { ...turn, phase: 'cancelling' };
    this.#seat.interrupt();
    this.#cancelTimer();
    this.#cancelTimer = this.#parts.clock.after(CANCEL_LIMIT_MS, () => {
      void this.#seat.leave();
      this.#endTurn(turn.turnId, { reason: 'cancelled', text: '' });
    });
  }

  #endTurn(turnId: string, outcome: Ending): void {
    if (!this.#isTurn(turnId) || this.#disposed) return;
    this.#cancelTimer();
    const error = this.#failure ?? outcome.error;
    const reason = error ? 'error' : outcome.reason;
    if (this.#openMessage) this.#append({ type: 'message_end', messageId: this.#openMessage, stopReason: 'cancelled' });
    this.#openMessage = null;
    if (error) this.#append({ type: 'error', ...error });
    this.#append({ type: 'agent_end', turnId, reason });
    this.#turn = IDLE;
    this.#change({ status: statusAfter(reason), turn: null });
    this.#afterIteration({ reason, text: outcome.text });
    this.#parts.gather.flush();
    if (reason === 'done') void this.#nameItself(outcome.text);
    this.#continue();
  }

  #afterIteration(outcome: { reason: string; text: string }): void {
    if (!this.#loop) return;
    const concerns = this.#iterates || this.#loop.stopping || outcome.reason !== 'done';
    const ending = concerns ? endOfLoop(this.#loop, outcome) : null;
    if (ending) this.#endLoop(ending);
  }

  #endLoop(event: SessionEvent): void {
    this.#loop = null;
    this.#append(event);
    this.#change({ loop: null });
  }

  async #runCompaction(instructions: string | undefined): Promise<void> {
    try {
      const agent = await this.#openAgent(this.record.modelId ?? this.#parts.models()[0]?.id ?? '');
      if (this.#turn.phase !== 'compacting') return;
      await agent.compact({ reason: 'manual', ...(instructions === undefined ? {} : { instructions }) });
    } catch (error) {
      if (this.#turn.phase === 'compacting') this.#append({ type: 'error', ...told(error) });
    }
    this.#compacted();
  }

  #cancelCompaction(): void {
    void this.#seat.leave();
    this.#append({ type: 'compaction', phase: 'failed', reason: 'manual', detail: 'cancelled' });
    this.#compacted();
  }

  #compacted(): void {
    if (this.#turn.phase !== 'compacting' || this.#disposed) return;
    this.#turn = IDLE;
    this.#change({ status: 'idle' });
    this.#continue();
  }

  /** Once in the session's life, and only while it has its default title. */
  async #nameItself(answer: string): Promise<void> {
    if (this.record.titleState !== 'default') return;
    this.#change({ titleState: 'tried' });
    const title = await titleFor(this.#parts.driver, {
      modelId: this.record.modelId ?? '',
      prompt: this.#promptText,
      answer,
    });
    if (title && !this.#disposed && !this.#isNamed()) this.#rename(title);
  }

  #isNamed(): boolean {
    return this.record.titleState === 'set' || this.record.title !== DEFAULT_TITLE;
  }

  #rename(title: string): void {
    this.#append({ type: 'session_renamed', title });
    this.#change({ title, titleState: 'set' });
    this.#parts.renamed(this.id, title);
  }

  #queueChanged(): void {
    this.#append({ type: 'queue_changed', queue: this.#queue.map(queuedPromptOf) });
    this.#queueShown = this.#queue.length > 0;
    this.#change({});
  }

  #refuseWhileStopping(): void {
    if (!this.#parts.refusing()) return;
    const message = 'the machine is stopping and takes nothing new; send it again when it is back';
    this.#append({ type: 'error', code: 'shutting-down', message });
    this.#parts.gather.flush();
    throw new NotNow('shutting-down', message);
  }

  #requireModel(modelId: string): void {
    const models = this.#parts.models();
    if (models.length === 0 || models.some((model) => model.id === modelId)) return;
    throw new BadInput(`no model "${modelId}" is granted to this machine`, 'modelId');
  }

  #imagesOf(prompt: PromptRecord) {
    return prompt.images.flatMap(({ id }) => {
      const image = this.#parts.store.images.get(this.id, id);
      return image ? [{ mimeType: image.mimeType, data: image.data.toString('base64') }] : [];
    });
  }

  #project(): ProjectRecord {
    const project = this.#parts.project(this.record.projectId);
    if (!project) throw new NoSuchThing('project', this.record.projectId);
    return project;
  }

  #isTurn(turnId: string): boolean {
    return (this.#turn.phase === 'running' || this.#turn.phase === 'cancelling') && this.#turn.turnId === turnId;
  }

  #isCancelling(turnId: string): boolean {
    return this.#turn.phase === 'cancelling' && this.#turn.turnId === turnId;
  }

  #append(event: SessionEvent): void {
    this.#parts.gather.append(this, event);
  }

  #change(changes: Partial<SessionRecord>): void {
    this.record = { ...this.record, ...changes };
    this.#parts.gather.touch(this, true);
  }
}

function queuedPromptOf({ id: promptId, content, mode, images }: PromptRecord): QueuedPrompt {
  const preview = content.length <= QUEUE_PREVIEW_CHARS ? content : `${content.slice(0, QUEUE_PREVIEW_CHARS)} …`;
  return { promptId, content: preview, mode, images: images.length };
}

/** What a person is told of a failure. */
function told(error: unknown): { code: string; message: string } {
  const code = error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : 'agent-failed';
  return { code, message: error instanceof Error ? error.message : String(error) };
}
