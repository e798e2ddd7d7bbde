/**
 * The reduction of a session's events: what a person reads. The same for history and for live events.
 *
 * A long session streams many deltas, so the list itself is changed in place and `version` counts the changes, while
 * every item is immutable. A view keeps `version` as its snapshot and compares items by identity: only those an
 * event changed are new objects. One delta costs the same in a session of 10 messages and of 10,000.
 */
import type { Numbered, QueuedPrompt, SessionEvent, SessionReady, TokenUsage } from '../wire/index.ts';
import {
  closed,
  isUnfinished,
  withProgress,
  withResult,
  withText,
  withToolCall,
} from './assistant-message.ts';
import type { AssistantItem, Notice, TranscriptItem } from './transcript-items.ts';

type Event = Numbered<SessionEvent>;
type EventOf<T extends SessionEvent['type']> = Extract<SessionEvent, { type: T }> & Event;

export interface RunningTurn {
  readonly turnId: string;
  readonly modelId: string;
  /** Milliseconds since 1970. */
  readonly startedAt: number;
}

/** Sums over all messages, superseded ones included: they were paid for. */
export interface Totals extends Omit<TokenUsage, 'cost'> {
  /** USD over the calls of known price. */
  readonly cost: number;
  /** Calls whose price is unknown. */
  readonly unpriced: number;
}

const NO_USAGE: Totals = {
  inputTokens: 0,
  outputTokens: 0,
  cacheReadTokens: 0,
  cacheWriteTokens: 0,
  totalTokens: 0,
  cost: 0,
  unpriced: 0,
};

export class Transcript {
  readonly #items: TranscriptItem[] = [];
  /** Where each message is in the list. */
  readonly #places = new Map<string, number>();
  /** Messages that the end of their turn will close. */
  readonly #unfinished = new Set<string>();
  #version = 0;
  #title: string;
  #queue: readonly QueuedPrompt[] = [];
  #running: RunningTurn | null = null;
  #totals: Totals = NO_USAGE;
  #loop: { readonly iteration: number; readonly max: number } | null = null;

  /** An empty one, with the title a new session has. */
  constructor(title = '') {
    this.#title = title;
  }

  /** Grows with every change; equal versions of one transcript look the same. */
  get version(): number {
    return this.#version;
  }

  /** In order. The list is the same object for ever, its items are replaced. */
  get items(): readonly TranscriptItem[] {
    return this.#items;
  }

  get title(): string {
    return this.#title;
  }

  /** Prompts that wait for the running turn. */
  get queue(): readonly QueuedPrompt[] {
    return this.#queue;
  }

  /** Null while idle. */
  get running(): RunningTurn | null {
    return this.#running;
  }

  get totals(): Totals {
    return this.#totals;
  }

  /** The iteration loop mode is at; null while it is off. */
  get loop(): { readonly iteration: number; readonly max: number } | null {
    return this.#loop;
  }

  /** Takes the title of a snapshot's `ready`. For a fresh snapshot make a new transcript first. */
  begin({ session }: SessionReady): void {
    this.#title = session.title;
    this.#version++;
  }

  /** Applies the next events of the log. They must come in order and only once, as a channel hands them over. */
  apply(events: readonly Event[]): void {
    if (events.length === 0) return;
    for (const event of events) this.#apply(event);
    this.#version++;
  }

  #apply(event: Event): void {
    switch (event.type) {
      case 'user_message':
        return this.#add(event.messageId, userItem(event));
      case 'turn_start':
        this.#running = { turnId: event.turnId, modelId: event.modelId, startedAt: event.at };
        return;
      case 'message_start':
        this.#unfinished.add(event.messageId);
        return this.#add(event.messageId, assistantItem(event));
      case 'text_delta':
        return this.#change(event.messageId, (message) =>
          withText(message, { kind: 'text', at: event.at, text: event.delta }),
        );
      case 'thinking_delta':
        return this.#change(event.messageId, (message) =>
          withText(message, { kind: 'thinking', at: event.at, text: event.delta }),
        );
      case 'tool_call':
        return this.#change(event.messageId, (message) => withToolCall(message, event));
      case 'tool_progress':
        return this.#change(event.messageId, (message) => withProgress(message, event));
      case 'tool_result':
        return this.#change(event.messageId, (message) => withResult(message, event));
      case 'message_end':
        return this.#change(event.messageId, (message) => ({
          ...message,
          isOpen: false,
          stopReason: event.stopReason,
          endedAt: event.at,
        }));
      case 'token_usage':
        this.#totals = addUsage(this.#totals, event.usage);
        return this.#change(event.messageId, (message) => ({ ...message, usage: event.usage }));
      case 'retry':
        this.#change(event.messageId, (message) => ({ ...message, isSuperseded: true }));
        return this.#note(event);
      case 'compaction':
        return this.#compaction(event);
      case 'queue_changed':
        this.#queue = event.queue;
        return;
      case 'agent_end':
        return this.#endTurn(event);
      case 'session_renamed':
        this.#title = event.title;
        return;
      case 'loop_iteration':
        this.#loop = { iteration: event.iteration, max: event.max };
        return this.#note(event);
      case 'loop_complete':
      case 'loop_max_iterations':
      case 'loop_stopped':
        this.#loop = null;
        return this.#note(event);
      case 'error':
        return this.#note(event);
    }
  }

  #add(id: string, item: TranscriptItem): void {
    this.#places.set(id, this.#items.length);
    this.#items.push(item);
  }

  /** An event of a message that never began says nothing. */
  #change(messageId: string | null, change: (message: AssistantItem) => AssistantItem): void {
    const place = messageId === null ? undefined : this.#places.get(messageId);
    const item = place === undefined ? undefined : this.#items[place];
    if (place !== undefined && item?.kind === 'assistant') this.#items[place] = change(item);
  }

  #note(event: Notice & Event): void {
    const { seq, at } = event;
    this.#add(`notice-${seq}`, { kind: 'notice', id: `notice-${seq}`, seq, at, notice: event });
  }

  /** The end of a compaction takes the place of its start. */
  #compaction(event: EventOf<'compaction'>): void {
    const place = event.phase === 'start' ? -1 : this.#items.findLastIndex(isRunningCompaction);
    const begun = this.#items[place];
    if (begun?.kind !== 'notice') return this.#note(event);
    this.#items[place] = { ...begun, notice: event };
  }

  #endTurn(event: EventOf<'agent_end'>): void {
    this.#running = null;
    for (const messageId of this.#unfinished) {
      this.#change(messageId, (message) => (isUnfinished(message) ? closed(message) : message));
    }
    this.#unfinished.clear();
    if (event.reason !== 'done') this.#note(event);
  }
}

function userItem({
  messageId,
  seq,
  at,
  promptId,
  content,
  images,
  actor,
  mode,
}: EventOf<'user_message'>): TranscriptItem {
  return { kind: 'user', id: messageId, seq, at, promptId, content, images, actor, mode };
}

function assistantItem({ messageId, seq, at, modelId }: EventOf<'message_start'>): AssistantItem {
  const nothingYet = {
    parts: [],
    isOpen: true,
    stopReason: null,
    endedAt: null,
    usage: null,
    isSuperseded: false,
  };
  return { kind: 'assistant', id: messageId, seq, at, modelId, ...nothingYet };
}

function isRunningCompaction(item: TranscriptItem): boolean {
  return item.kind === 'notice' && item.notice.type === 'compaction' && item.notice.phase === 'start';
}

function addUsage(totals: Totals, usage: TokenUsage): Totals {
  return {
    inputTokens: totals.inputTokens + usage.inputTokens,
    outputTokens: totals.outputTokens + usage.outputTokens,
    cacheReadTokens: totals.cacheReadTokens + usage.cacheReadTokens,
    cacheWriteTokens: totals.cacheWriteTokens + usage.cacheWriteTokens,
    totalTokens: totals.totalTokens + usage.totalTokens,
    cost: totals.cost + (usage.cost ?? 0),
    unpriced: totals.unpriced + (usage.cost === null ? 1 : 0),
  };
}
