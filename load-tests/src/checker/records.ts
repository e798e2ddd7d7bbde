/** What a reader writes down while it reads: one JSON line per fact, in the order in which it happened. */
import { createHash } from 'node:crypto';

interface Fact {
  /** Milliseconds since 1970, by the one clock of this computer. */
  readonly at: number;
}

interface ChannelFact extends Fact {
  readonly channel: string;
}

/** A snapshot began; `fresh`: everything of the channel was forgotten. */
export interface ReadyRecord extends ChannelFact {
  readonly kind: 'ready';
  readonly fresh: boolean;
  readonly epoch: number;
  readonly head: number;
}

/** One event as it was applied. `first` is `seq` but for merged deltas. */
export interface EventRecord extends ChannelFact {
  readonly kind: 'event';
  readonly first: number;
  readonly seq: number;
  readonly type: string;
  /** `digestOf` the event without its numbers. */
  readonly digest: string;
}

/** The lists of projects and sessions after a snapshot of them or a change. */
export interface ListsRecord extends Fact {
  readonly kind: 'lists';
  /** Of this run of the daemon. */
  readonly epoch: number;
  readonly seq: number;
  /** Of the event; `machine_ready` for a snapshot, which replaces everything. */
  readonly type: string;
  /** `digestOf` the event without its number. */
  readonly digest: string;
  /** `digestOfLists` of what is shown now. */
  readonly shown: string;
}

/** The fate of a prompt; `tag` names it and stands in its text. */
export interface PromptRecord extends ChannelFact {
  readonly kind: 'sent' | 'accepted' | 'given-up';
  readonly tag: string;
  /** Of one that was sent: its idempotency key, and what its content is drawn from. */
  readonly key?: string;
  readonly seed?: number;
  /** Of an accepted one. */
  readonly promptId?: string;
  /** Why it was given up. */
  readonly reason?: string;
}

/** The link's state, for whoever reads the file. */
export interface LinkRecord extends Fact {
  readonly kind: 'link';
  readonly state: string;
}

/** A reader process begins: the first, or one that goes on where a killed one was. */
export interface BeginRecord extends Fact {
  readonly kind: 'begin';
}

export type HistoryRecord = ReadyRecord | EventRecord | ListsRecord | PromptRecord | LinkRecord | BeginRecord;

const NUMBERS = ['seq', 'first', 'at'];

/** A short digest of an event's content: everything but `seq`, `first` and `at`, in any order of fields. */
export function digestOf(event: Readonly<Record<string, unknown>>): string {
  const content = Object.entries(event).filter(([name]) => !NUMBERS.includes(name));
  return createHash('sha256')
    .update(canonical(Object.fromEntries(content)))
    .digest('base64url')
    .slice(0, 12);
}

/** What of the lists must be the same on a machine and at its readers; a running session's numbers change on. */
export function digestOfLists(
  projects: readonly { readonly id: string; readonly name: string }[],
  sessions: readonly {
    readonly id: string;
    readonly title: string;
    readonly status: string;
    readonly messages: number;
  }[],
): string {
  const byId = <T extends { readonly id: string }>(one: T, other: T) => (one.id < other.id ? -1 : 1);
  return digestOf({
    projects: projects.toSorted(byId).map(({ id, name }) => [id, name]),
    sessions: sessions.toSorted(byId).map(({ id, title, status, messages }) => [id, title, status, messages]),
  });
}

function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join()}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null';
  const fields = Object.entries(value)
    .filter(([, field]) => field !== undefined)
    .toSorted(([a], [b]) => (a < b ? -1 : 1));
  return `{${fields.map(([name, field]) => `${JSON.stringify(name)}:${canonical(field)}`).join()}}`;
}
