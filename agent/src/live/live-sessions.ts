/** All sessions of this machine: rows in the store, and live ones for those somebody works with. */
import type { Activity, Actor, SessionInfo } from '@spectral/proto/wire';
import { SHUTDOWN_GRACE_MS } from '@spectral/proto/wire';
import type { Clock } from '../clock.ts';
import type { Driver } from '../drivers/driver.ts';
import { NO_USAGE, sessionInfoOf, type SessionRecord } from '../store/session-record.ts';
import type { Store } from '../store/store.ts';
import { StoreUnavailable } from '../store/store-errors.ts';
import { DEFAULT_TITLE } from './auto-title.ts';
import { createEventGather, type GatherOptions } from './event-gather.ts';
import { NoSuchThing, NotNow } from './live-errors.ts';
import { LiveSession } from './live-session.ts';
import type { MachineFeed } from './machine-feed.ts';
import { isDirectory } from './project-list.ts';
import type { SessionParts } from './session-parts.ts';
import type { Intake } from './turn-state.ts';

/** Turns go on this long while another program holds the store locked; then they end with an error. */
const LOCKED_PATIENCE_MS = 5_000;
/** How often a stopping daemon looks whether its turns have ended. */
const SHUTDOWN_POLL_MS = 50;

export interface LiveSessions {
  all(): SessionInfo[];
  ofProject(projectId: string): SessionInfo[];
  /** The live session. Throws NoSuchThing. */
  get(id: string): LiveSession;
  create(
    projectId: string,
    wanted: { title?: string | undefined; modelId?: string | undefined },
    actor: Actor | null,
  ): SessionInfo;
  /** Copies the log up to the running turn into a new session, whose memory is shortened at its first turn. */
  fork(id: string, title: string | undefined, actor: Actor | null): SessionInfo;
  delete(id: string): void;
  deleteOfProject(projectId: string): void;
  /** Agents of a project's idle sessions start anew, as after a change of its path. */
  projectMoved(projectId: string): void;
  /** What the log holds now: the session and, while a turn runs, where it began. Null: no such session. */
  reading(id: string): { info: SessionInfo; turn: SessionRecord['turn'] } | null;
  /** Marks turns of an earlier run as interrupted. */
  recover(): void;
  /** Starts prompts that were queued when the daemon last stopped. */
  resumeQueues(): void;
  /** Goes on with what rested under a cordon. */
  resumeLoops(): void;
  readonly runningCount: number;
  readonly count: number;
  /** Where the turns of all sessions stand. */
  activity(): Omit<Activity, 'cordon'>;
  /** Refuses new work, gives running turns up to `graceMs`, then ends them. The store may close afterwards. */
  shutdown(graceMs?: number): Promise<void>;
}

export interface LiveSessionsOptions {
  readonly store: Store;
  readonly driver: Driver;
  readonly feed: MachineFeed;
  readonly clock: Clock;
  readonly newId: () => string;
  readonly log: SessionParts['log'];
  readonly models: SessionParts['models'];
  /** Whether nothing new may begin. */
  readonly isCordoned: () => boolean;
  /** The number of turns or of waiting prompts may have changed. */
  readonly activityChanged: () => void;
  /** Tells readers of a session its new events; they are in the store already. */
  readonly publish: GatherOptions['publish'];
  /** Tells readers of a session that it is gone. */
  readonly deleted: (sessionId: string) => void;
}

export function createLiveSessions(options: LiveSessionsOptions): LiveSessions {
  return new Registry(options);
}

class Registry implements LiveSessions {
  readonly #options: LiveSessionsOptions;
  readonly #parts: SessionParts;
  readonly #live = new Map<string, LiveSession>();
  #refusing = false;

  constructor(options: LiveSessionsOptions) {
    this.#options = options;
    const { store, feed, clock, publish } = options;
    const gather = createEventGather({
      write: (batch) => store.write(batch),
      publish,
      changed: (session) => this.#changed(session.id),
      failed: (error, sinceMs) => this.#storeFailed(error, sinceMs),
      clock,
    });
    this.#parts = {
      ...options,
      gather,
      project: (id) => store.projects.get(id),
      isDirectory,
      intake: () => this.#intake,
      renamed: (sessionId, title) => feed.tell({ type: 'session_renamed', sessionId, title }),
    };
  }

  get runningCount(): number {
    return [...this.#live.values()].filter((session) => session.isBusy).length;
  }

  get count(): number {
    return this.#options.store.sessions.count();
  }

  activity(): Omit<Activity, 'cordon'> {
    const { prompts, marks } = this.#options.store;
    return {
      turns: this.runningCount,
      queued: prompts.countAllQueued(),
      prompts: marks.promptsTaken(),
      lastTurnEndedAt: marks.lastTurnEndedAt,
    };
  }

  all(): SessionInfo[] {
    const waiting = this.#options.store.prompts.queueLengths();
    return this.#options.store.sessions.all().map((record) => this.#infoOf(record, waiting));
  }

  ofProject(projectId: string): SessionInfo[] {
    const waiting = this.#options.store.prompts.queueLengths();
    return this.#options.store.sessions.ofProject(projectId).map((record) => this.#infoOf(record, waiting));
  }

  get(id: string): LiveSession {
    const known = this.#live.get(id);
    if (known) return known;
    const record = this.#options.store.sessions.get(id);
    if (!record) throw new NoSuchThing('session', id);
    const session = new LiveSession(record, this.#parts);
    this.#live.set(id, session);
    return session;
  }

  create(
    projectId: string,
    { title, modelId }: { title?: string | undefined; modelId?: string | undefined },
    actor: Actor | null,
  ): SessionInfo {
    const now = this.#options.clock.now();
    return this.#insert({
      id: this.#options.newId(),
      projectId,
      title: title ?? DEFAULT_TITLE,
      titleState: title === undefined ? 'default' : 'set',
      status: 'idle',
      modelId: modelId ?? null,
      actor,
      forkedFrom: null,
      loop: null,
      turn: null,
      messages: 0,
      usage: NO_USAGE,
      head: 0,
      compactNext: false,
      createdAt: now,
      updatedAt: now,
    });
  }

  fork(id: string, title: string | undefined, actor: Actor | null): SessionInfo {
    const source = this.get(id);
    const { store, clock, newId } = this.#options;
    if (!this.#parts.gather.flush())
      throw new StoreUnavailable('store-failed', 'the session cannot be copied now');
    const { turn } = source.record;
    const head = turn ? turn.first - 1 : source.record.head;
    const now = clock.now();
    const record: SessionRecord = {
      ...source.record,
      id: newId(),
      title: title ?? forkTitle(source.record.title),
      titleState: 'set',
      status: 'idle',
      actor,
      forkedFrom: id,
      loop: null,
      turn: null,
      head,
      compactNext: head > 0,
      createdAt: now,
      updatedAt: now,
    };
    return this.#insert(record, () => store.log.copy(id, record.id, head));
  }

  delete(id: string): void {
    const session = this.get(id);
    const { store, feed, deleted } = this.#options;
    store.transaction(() => store.sessions.delete(id));
    this.#forget(session);
    deleted(id);
    feed.tell({ type: 'session_deleted', sessionId: id, projectId: session.record.projectId });
  }

  deleteOfProject(projectId: string): void {
    for (const { id } of this.#options.store.sessions.ofProject(projectId)) this.delete(id);
  }

  projectMoved(projectId: string): void {
    for (const session of this.#live.values())
      if (session.record.projectId === projectId) session.restartAgent();
  }

  reading(id: string): { info: SessionInfo; turn: SessionRecord['turn'] } | null {
    this.#parts.gather.flush();
    const { store } = this.#options;
    const record = store.sessions.get(id);
    return record && { info: sessionInfoOf(record, store.prompts.countQueued(id)), turn: record.turn };
  }

  recover(): void {
    for (const record of this.#options.store.sessions.unfinished()) this.get(record.id).recover();
    this.#parts.gather.flush();
  }

  resumeQueues(): void {
    for (const id of this.#options.store.prompts.queueLengths().keys()) this.get(id).resume();
  }

  resumeLoops(): void {
    for (const session of this.#live.values()) session.resume();
  }

  async shutdown(graceMs: number = SHUTDOWN_GRACE_MS): Promise<void> {
    this.#refusing = true;
    const { clock, driver } = this.#options;
    const deadline = clock.now() + graceMs;
    while (this.runningCount > 0 && clock.now() < deadline) {
      await new Promise<void>((resolve) => void clock.after(SHUTDOWN_POLL_MS, resolve));
    }
    await Promise.all([...this.#live.values()].map((session) => session.end()));
    this.#parts.gather.close();
    await driver.close();
  }

  #insert(record: SessionRecord, alsoWrite = (): void => {}): SessionInfo {
    if (this.#refusing) throw new NotNow('shutting-down', 'the machine is stopping and takes nothing new');
    const { store, feed } = this.#options;
    store.transaction(() => {
      store.sessions.insert(record);
      alsoWrite();
    });
    const session = sessionInfoOf(record, 0);
    feed.tell({ type: 'session_created', session });
    return session;
  }

  get #intake(): Intake {
    if (this.#refusing) return 'closed';
    return this.#options.isCordoned() ? 'cordoned' : 'open';
  }

  #infoOf(record: SessionRecord, waiting: ReadonlyMap<string, number>): SessionInfo {
    return this.#live.get(record.id)?.info ?? sessionInfoOf(record, waiting.get(record.id) ?? 0);
  }

  #changed(id: string): void {
    const session = this.#live.get(id);
    if (session) this.#options.feed.tell({ type: 'session_changed', session: session.info });
    this.#options.activityChanged();
  }

  #forget(session: LiveSession): void {
    void session.dispose();
    this.#parts.gather.forget(session.id);
    this.#live.delete(session.id);
    this.#options.activityChanged();
  }

  #storeFailed(error: unknown, sinceMs: number): void {
    this.#options.log('store.write-failed', {
      message: error instanceof Error ? error.message : String(error),
      sinceMs,
    });
    if (error instanceof StoreUnavailable && error.code === 'store-locked' && sinceMs < LOCKED_PATIENCE_MS)
      return;
    const told =
      error instanceof StoreUnavailable
        ? { code: error.code, message: error.message }
        : { code: 'store-failed', message: 'the machine cannot keep the events of this session' };
    for (const session of this.#live.values()) session.storeFailed(told);
  }
}

function forkTitle(title: string): string {
  return `${title} (fork)`.slice(0, 200);
}
