/**
 * One session while somebody works with it: its queue, its turn, its loop and its agent. A turn belongs to the session
 * and to no socket. What may happen is decided in turn-state.ts and loop.ts; a turn itself is in running-turn.ts.
 */
import {
  BadInput,
  type Actor,
  type Prompt,
  type PromptReceipt,
  type SessionEvent,
  type SessionInfo,
} from '@spectral/proto/wire';
import type { DriverEvent, DriverPrompt, DriverSession } from '../drivers/driver.ts';
import type { PromptRecord } from '../store/prompts.ts';
import { addUsage, sessionInfoOf, type SessionRecord } from '../store/session-record.ts';
import { createAgentSeat, type AgentSeat } from './agent-seat.ts';
import { DEFAULT_TITLE, titleFor } from './auto-title.ts';
import type { Recorded } from './event-gather.ts';
import { NotNow, NoSuchThing } from './live-errors.ts';
import { endOfLoop, iterationPrompt, loopInfoOf, nextIteration, startLoop, type Loop } from './loop.ts';
import { PromptQueue } from './prompt-queue.ts';
import { decodeImages, promptRecordOf } from './prompt-record.ts';
import { RunningTurn, failureOf, type Ending } from './running-turn.ts';
import type { SessionParts } from './session-parts.ts';
import { placeOfPrompt, statusAfter, whatFollows, type Phase } from './turn-state.ts';

/** An agent with nothing to do is stopped after this long; the next prompt resumes it from its entries. */
const IDLE_STOP_MS = 10 * 60_000;

export class LiveSession implements Recorded {
  record: SessionRecord;
  readonly #parts: SessionParts;
  readonly #seat: AgentSeat;
  readonly #queue: PromptQueue;
  #turn: RunningTurn | null = null;
  #compacting = false;
  #loop: Loop | null = null;
  /** Whether the running turn is an iteration of the loop. */
  #iterates = false;
  /** What the agent was told in the running or last turn. */
  #told = '';
  #cancelIdleStop = (): void => {};
  #disposed = false;

  constructor(record: SessionRecord, parts: SessionParts) {
    this.record = record;
    this.#parts = parts;
    this.#queue = new PromptQueue(parts.store.prompts.queuedOf(record.id));
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
    return this.#phase !== 'idle';
  }

  /** Number of the running turn's first event, or null while none runs. */
  get turnFirst(): number | null {
    return this.#turn?.first ?? null;
  }

  /**
   * Takes a prompt: kept first, then started, given to the running turn, or queued. A prompt of a known id is not
   * taken again. Throws BadInput, NotNow or StoreUnavailable with nothing taken.
   */
  prompt(wanted: Prompt, promptId: string, actor: Actor | null): PromptReceipt {
    const { store, gather, newId } = this.#parts;
    const known = store.prompts.stateOf(promptId);
    if (known) return { promptId, state: known === 'queued' ? 'queued' : 'running' };
    this.#refuseWhileStopping();
    if (wanted.modelId !== undefined) this.#requireModel(wanted.modelId);
    const images = decodeImages(wanted.images ?? [], newId);
    const prompt = promptRecordOf(wanted, promptId, actor, images);
    const place = placeOfPrompt(this.#phase, this.#queue.length, prompt.mode);
    store.transaction(() => {
      for (const image of images) store.images.insert(this.id, image);
      store.prompts.insert(this.id, prompt, 'queued');
    });
    if (wanted.loop === false) this.stopLoop();
    if (place === 'steer' && this.#turn) {
      void this.#steer(this.#turn, prompt);
      return { promptId, state: 'steering' };
    }
    this.#queue.push(prompt);
    if (place === 'now') this.#continue();
    else this.#queueChanged();
    gather.flush();
    return { promptId, state: place === 'now' ? 'running' : 'queued' };
  }

  /** Takes a waiting prompt back. Throws NoSuchThing, or NotNow when the agent has it already. */
  withdraw(promptId: string): void {
    const { store, gather } = this.#parts;
    if (!this.#queue.has(promptId)) {
      if (!store.prompts.stateOf(promptId)) throw new NoSuchThing('prompt', promptId);
      throw new NotNow('prompt-taken', 'the agent has this prompt already; cancel the turn to stop it');
    }
    store.transaction(() => store.prompts.setState(promptId, 'withdrawn'));
    this.#queue.remove(promptId);
    this.#queueChanged();
    gather.flush();
  }

  /** Ends the running turn and the loop, within a second. Returns whether anything ran. */
  cancel(): boolean {
    if (this.#compacting) {
      void this.#seat.leave();
      this.#append({ type: 'compaction', phase: 'failed', reason: 'manual', detail: 'cancelled' });
      this.#compacted();
      return true;
    }
    this.#turn?.interrupt();
    return this.#turn !== null;
  }

  /** The running iteration is the loop's last. */
  stopLoop(): void {
    if (!this.#loop) return;
    this.#loop = { ...this.#loop, stopping: true };
    this.#change({ loop: loopInfoOf(this.#loop) });
    if (!this.#turn) this.#endLoop({ type: 'loop_stopped', iterations: this.#loop.iteration });
  }

  /** Shortens the agent's memory in the background. Throws NotNow while something runs. */
  compact(instructions: string | undefined): void {
    this.#refuseWhileStopping();
    if (this.isBusy)
      throw new NotNow('session-busy', 'the session is at work; wait for its turn to end, or cancel it');
    this.#compacting = true;
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
    if (!this.isBusy) this.#continue();
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
    this.#turn?.fail(error);
  }

  /** The agent is given up while idle, so that the next turn starts it anew (in another directory). */
  restartAgent(): void {
    if (!this.isBusy) void this.#seat.leave();
  }

  /** Ends at once: what still runs is marked interrupted. Nothing follows. */
  async end(): Promise<void> {
    this.#turn?.end({ reason: 'interrupted', text: '' });
    this.dispose();
    await this.#seat.leave();
  }

  /** Stops everything without another event. */
  dispose(): void {
    this.#disposed = true;
    this.#turn?.drop();
    this.#cancelIdleStop();
    void this.#seat.leave();
  }

  get #phase(): Phase {
    if (this.#compacting) return 'compacting';
    return !this.#turn || this.#turn.phase === 'ended' ? 'idle' : this.#turn.phase;
  }

  #startOptions() {
    const { store, gather } = this.#parts;
    gather.flush();
    return { sessionId: this.id, cwd: this.#projectPath(), entries: store.log.entriesOf(this.id) };
  }

  /** Begins what follows, or rests. */
  #continue(): void {
    if (this.#disposed) return;
    this.#cancelIdleStop();
    switch (whatFollows(this.#queue.length, this.#loop !== null, this.#parts.refusing())) {
      case 'prompt':
        return this.#begin(this.#queue.shift());
      case 'iteration':
        return this.#begin(null);
      case 'rest':
        this.#cancelIdleStop = this.#parts.clock.after(IDLE_STOP_MS, () => void this.#seat.leave());
    }
  }

  /** Begins a turn with a prompt, or with the loop's next iteration. */
  #begin(prompt: PromptRecord | null): void {
    const modelId = prompt?.modelId ?? this.record.modelId ?? this.#firstModel();
    const turn = this.#newTurn();
    this.#turn = turn;
    this.#enterLoop(prompt);
    this.#append({ type: 'turn_start', turnId: turn.turnId, modelId });
    if (prompt) this.#taken(prompt, 'queue');
    const loop = this.#loop && loopInfoOf(this.#loop);
    this.#change({
      status: 'running',
      turn: { turnId: turn.turnId, first: turn.first },
      loop,
      modelId: modelId || null,
    });
    this.#told = this.#loop && this.#iterates ? iterationPrompt(this.#loop) : (prompt?.content ?? '');
    void turn.deliver(this.#openAgent(modelId), {
      content: this.#told,
      images: this.#imagesOf(prompt),
      modelId,
    });
  }

  #newTurn(): RunningTurn {
    const turn: RunningTurn = new RunningTurn({
      turnId: this.#parts.newId(),
      first: this.record.head + 1,
      seat: this.#seat,
      append: (event) => this.#append(event),
      ended: (ending) => this.#turnEnded(turn, ending),
      clock: this.#parts.clock,
    });
    return turn;
  }

  /** Starts the loop a prompt asks for, or announces the next iteration of the one that runs. */
  #enterLoop(prompt: PromptRecord | null): void {
    if (prompt?.loop)
      this.#loop = startLoop({ ...prompt.loop, prompt: prompt.content, modelId: prompt.modelId });
    this.#iterates = prompt === null || prompt.loop !== null;
    if (!this.#loop || !this.#iterates) return;
    const { loop, event } = nextIteration(this.#loop);
    this.#loop = loop;
    this.#append(event);
  }

  #taken(prompt: PromptRecord, mode: 'queue' | 'steer'): void {
    const { id: promptId, content, images, actor } = prompt;
    const messageId = this.#parts.newId();
    this.#parts.gather.took(promptId);
    this.#append({ type: 'user_message', messageId, promptId, content, images: [...images], actor, mode });
    this.#change({ messages: this.record.messages + 1 });
    if (mode === 'queue') this.#queueChanged();
  }

  async #openAgent(modelId: string): Promise<DriverSession> {
    const path = this.#projectPath();
    if (modelId === '') {
      throw new NotNow(
        'no-model',
        'no model is granted to this machine; an owner of the team grants models in its settings',
      );
    }
    if (!this.#parts.isDirectory(path)) {
      throw new NotNow(
        'project-missing',
        `the project's directory ${path} is gone; restore it, or give the project another path`,
      );
    }
    const agent = await this.#seat.open(modelId);
    if (this.record.compactNext) {
      await agent.compact({ lazily: true, reason: 'fork' });
      this.#change({ compactNext: false });
    }
    return agent;
  }

  async #steer(turn: RunningTurn, prompt: PromptRecord): Promise<void> {
    const modelId = prompt.modelId ?? this.record.modelId ?? '';
    try {
      if (await turn.steer({ content: prompt.content, images: this.#imagesOf(prompt), modelId })) {
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
    this.#afterIteration({ reason, text });
    this.#parts.gather.flush();
    if (reason === 'done') void this.#nameItself(text);
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
      const agent = await this.#openAgent(this.record.modelId ?? this.#firstModel());
      if (this.#compacting)
        await agent.compact({ reason: 'manual', ...(instructions === undefined ? {} : { instructions }) });
    } catch (error) {
      if (this.#compacting && !this.#disposed) this.#append({ type: 'error', ...failureOf(error) });
    }
    this.#compacted();
  }

  #compacted(): void {
    if (!this.#compacting || this.#disposed) return;
    this.#compacting = false;
    this.#change({ status: 'idle' });
    this.#continue();
  }

  /** Once in the session's life, and only while it has its default title. */
  async #nameItself(answer: string): Promise<void> {
    if (this.record.titleState !== 'default') return;
    this.#change({ titleState: 'tried' });
    const modelId = this.record.modelId ?? '';
    const title = await titleFor(this.#parts.driver, { modelId, prompt: this.#told, answer });
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

  #firstModel(): string {
    return this.#parts.models()[0]?.id ?? '';
  }

  #imagesOf(prompt: PromptRecord | null): DriverPrompt['images'] {
    return (prompt?.images ?? []).flatMap(({ id }) => {
      const image = this.#parts.store.images.get(this.id, id);
      return image ? [{ mimeType: image.mimeType, data: image.data.toString('base64') }] : [];
    });
  }

  #projectPath(): string {
    const project = this.#parts.project(this.record.projectId);
    if (!project) throw new NoSuchThing('project', this.record.projectId);
    return project.path;
  }

  #append(event: SessionEvent): void {
    this.#parts.gather.append(this, event);
  }

  #change(changes: Partial<SessionRecord>): void {
    this.record = { ...this.record, ...changes };
    this.#parts.gather.touch(this, true);
  }
}
