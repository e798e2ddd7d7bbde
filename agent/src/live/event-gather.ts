/**
 * The way of every event into the log and out to readers: gathered for one tick over all sessions, kept in one
 * transaction, and only then published. What a reader saw, a killed daemon still has.
 */
import { GATHER_MS, type SessionEvent } from '@spectral/proto/wire';
import type { Clock } from '../clock.ts';
import type { LoggedEntry, LoggedEvent } from '../store/log.ts';
import type { SessionRecord } from '../store/session-record.ts';
import type { Batch } from '../store/store.ts';

/** How long a tick that could not be kept waits before it is tried again. */
const RETRY_MS = 500;

export interface EventGather {
  /** Gives the event its number and keeps it with the next tick. A delta that continues the last one joins it. */
  append(session: Recorded, event: SessionEvent): void;
  saveEntry(session: Recorded, entry: { readonly id: string; readonly json: string }): void;
  /** The session's record changed. `notable`: readers of the session list want to know. */
  touch(session: Recorded, notable: boolean): void;
  /** The agent has the prompt. */
  took(promptId: string): void;
  /** Keeps and publishes what is gathered, now. Returns whether nothing is left waiting. */
  flush(): boolean;
  /** Drops what waits of a session that is being deleted. */
  forget(sessionId: string): void;
  /** Flushes a last time and stops ticking. */
  close(): void;
}

/** A session whose record moves with its events. */
export interface Recorded {
  readonly id: string;
  /** The record as it is now; its head is the number given last. */
  record: SessionRecord;
}

export interface GatherOptions {
  /** Keeps a batch or throws StoreUnavailable with nothing kept. */
  readonly write: (batch: Batch) => void;
  /** Tells readers of one session its new events, in order. */
  readonly publish: (sessionId: string, events: readonly LoggedEvent[]) => void;
  /** Tells readers of the session list. */
  readonly changed: (session: Recorded) => void;
  /** A tick could not be kept; it stays and is tried again. `sinceMs`: for how long this has been so. */
  readonly failed: (error: unknown, sinceMs: number) => void;
  readonly clock: Clock;
}

export function createEventGather(options: GatherOptions): EventGather {
  return new TickGather(options);
}

class TickGather implements EventGather {
  readonly #options: GatherOptions;
  #events: Pending[] = [];
  #entries: LoggedEntry[] = [];
  #taken: string[] = [];
  readonly #touched = new Set<Recorded>();
  readonly #notable = new Set<Recorded>();
  /** The last event of each session, while it may still grow. */
  readonly #tails = new Map<string, Pending>();
  #cancelTick: (() => void) | null = null;
  #failingSince: number | null = null;
  #closed = false;

  constructor(options: GatherOptions) {
    this.#options = options;
  }

  append(session: Recorded, event: SessionEvent): void {
    const tail = this.#tails.get(session.id);
    const joined = tail && joinedEvent(tail.event, event);
    if (tail && joined) {
      tail.event = joined;
      return;
    }
    const at = this.#options.clock.now();
    const seq = session.record.head + 1;
    session.record = { ...session.record, head: seq, updatedAt: at };
    const pending = { sessionId: session.id, seq, at, event };
    this.#events.push(pending);
    this.#tails.set(session.id, pending);
    // A session that streams moves nothing but its head, which the log itself tells: its row is left alone.
    if (isStreaming(event)) this.#schedule(GATHER_MS);
    else this.touch(session, false);
  }

  saveEntry(session: Recorded, entry: { readonly id: string; readonly json: string }): void {
    this.#entries.push({ sessionId: session.id, seq: session.record.head, ...entry });
    this.#schedule(GATHER_MS);
  }

  touch(session: Recorded, notable: boolean): void {
    this.#touched.add(session);
    if (notable) this.#notable.add(session);
    this.#schedule(GATHER_MS);
  }

  took(promptId: string): void {
    this.#taken.push(promptId);
    this.#schedule(GATHER_MS);
  }

  flush(): boolean {
    this.#cancelTick?.();
    this.#cancelTick = null;
    const sessions = [...this.#touched].map((session) => session.record);
    const batch: Batch = { events: this.#events, entries: this.#entries, sessions, taken: this.#taken };
    if (batch.events.length + batch.entries.length + batch.taken.length + sessions.length === 0) return true;
    try {
      this.#options.write(batch);
    } catch (error) {
      this.#keepWaiting(error);
      return false;
    }
    this.#failingSince = null;
    this.#publish();
    return true;
  }

  forget(sessionId: string): void {
    this.#events = this.#events.filter((event) => event.sessionId !== sessionId);
    this.#entries = this.#entries.filter((entry) => entry.sessionId !== sessionId);
    this.#tails.delete(sessionId);
    for (const set of [this.#touched, this.#notable]) {
      for (const session of set) if (session.id === sessionId) set.delete(session);
    }
  }

  close(): void {
    this.flush();
    this.#closed = true;
    this.#cancelTick?.();
  }

  #schedule(afterMs: number): void {
    if (this.#closed || this.#cancelTick) return;
    this.#cancelTick = this.#options.clock.after(afterMs, () => this.flush());
  }

  #keepWaiting(error: unknown): void {
    const now = this.#options.clock.now();
    this.#failingSince ??= now;
    this.#schedule(RETRY_MS);
    this.#options.failed(error, now - this.#failingSince);
  }

  #publish(): void {
    const events = Map.groupBy(this.#events, (event) => event.sessionId);
    const notable = [...this.#notable];
    this.#events = [];
    this.#entries = [];
    this.#taken = [];
    this.#tails.clear();
    this.#touched.clear();
    this.#notable.clear();
    for (const [sessionId, ofSession] of events) this.#options.publish(sessionId, ofSession);
    for (const session of notable) this.#options.changed(session);
  }
}

/** An event that waits; its text may still grow. */
type Pending = { -readonly [Field in keyof LoggedEvent]: LoggedEvent[Field] };

function isStreaming({ type }: SessionEvent): boolean {
  return type === 'text_delta' || type === 'thinking_delta' || type === 'tool_progress';
}

/** Two neighbours as one event, or null when they must stay two. */
function joinedEvent(before: SessionEvent, next: SessionEvent): SessionEvent | null {
  switch (next.type) {
    case 'text_delta':
    case 'thinking_delta':
      if (before.type !== next.type || before.messageId !== next.messageId) return null;
      return { ...before, delta: before.delta + next.delta };
    case 'tool_progress':
      return before.type === next.type && before.toolCallId === next.toolCallId ? next : null;
    default:
      return null;
  }
}
