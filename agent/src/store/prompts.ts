/** Prompts from their acceptance on: kept before they are promised, so that a crash neither loses nor repeats one. */
import type { Actor, ImageRef, PromptMode } from '@spectral/proto/wire';
import type { Sqlite } from './sqlite.ts';

/** What a prompt asks for, apart from the bytes of its images, which are kept as images of the session. */
export interface PromptRecord {
  readonly id: string;
  readonly content: string;
  readonly images: readonly ImageRef[];
  readonly modelId: string | null;
  readonly mode: PromptMode;
  readonly actor: Actor | null;
  /** Loop mode asked for by this prompt. */
  readonly loop: { readonly goal: string; readonly max: number } | null;
}

/** `queued`: waits; `taken`: the agent has it; `withdrawn`: taken back before. */
export type PromptState = 'queued' | 'taken' | 'withdrawn';

export interface Prompts {
  /** Throws for an id that exists. */
  insert(sessionId: string, prompt: PromptRecord, state: PromptState): void;
  setState(id: string, state: PromptState): void;
  stateOf(id: string): PromptState | null;
  /** Prompts that wait, oldest first. */
  queuedOf(sessionId: string): PromptRecord[];
  countQueued(sessionId: string): number;
  /** Of all sessions. */
  countAllQueued(): number;
  /** How many prompts wait, of every session that has any. */
  queueLengths(): Map<string, number>;
}

export function createPrompts(database: Sqlite): Prompts {
  const insert = database.prepare<[string, string, string, string]>(
    'INSERT INTO prompts (id, session_id, state, json) VALUES (?, ?, ?, ?)',
  );
  const setState = database.prepare<[string, string]>('UPDATE prompts SET state = ? WHERE id = ?');
  const state = database.prepare<[string], { state: PromptState }>('SELECT state FROM prompts WHERE id = ?');
  const queued = database.prepare<[string], { json: string }>(
    `SELECT json FROM prompts WHERE session_id = ? AND state = 'queued' ORDER BY position`,
  );
  const count = database.prepare<[string], { count: number }>(
    `SELECT count(*) AS count FROM prompts WHERE session_id = ? AND state = 'queued'`,
  );
  const countAll = database.prepare<[], { count: number }>(
    `SELECT count(*) AS count FROM prompts WHERE state = 'queued'`,
  );
  const lengths = database.prepare<[], { id: string; count: number }>(
    `SELECT session_id AS id, count(*) AS count FROM prompts WHERE state = 'queued' GROUP BY session_id`,
  );
  return {
    insert: (sessionId, prompt, first) =>
      void insert.run(prompt.id, sessionId, first, JSON.stringify(prompt)),
    setState: (id, next) => void setState.run(next, id),
    stateOf: (id) => state.get(id)?.state ?? null,
    queuedOf: (sessionId) => queued.all(sessionId).map((row) => JSON.parse(row.json) as PromptRecord),
    countQueued: (sessionId) => count.get(sessionId)?.count ?? 0,
    countAllQueued: () => countAll.get()?.count ?? 0,
    queueLengths: () => new Map(lengths.all().map(({ id, count: length }) => [id, length])),
  };
}
