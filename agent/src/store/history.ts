/**
 * Reads a session's log back in pieces. Neighbouring deltas of one message become one event, and progress that a
 * later event of the same tool call replaces is left out, so a reader gets what it needs and not how it came.
 */
import type { Sqlite } from './sqlite.ts';

export interface HistoryPiece {
  /** Events as JSON texts, numbered (`seq`, `at`, and `first` where merged). */
  readonly events: readonly string[];
  /** Number of the last event this piece stands for. */
  readonly last: number;
  /** Whether the piece reaches the wanted end. */
  readonly final: boolean;
}

export interface History {
  /** Events after number `after` up to and with `upTo`, about `maxChars` of them at most, at least one. */
  read(sessionId: string, after: number, upTo: number, maxChars: number): HistoryPiece;
}

interface Row {
  seq: number;
  at: number;
  type: string;
  json: string;
}

interface Delta {
  readonly type: string;
  readonly messageId: string;
  delta: string;
}

export function createHistory(database: Sqlite): History {
  const rows = database.prepare<[string, number, number], Row>(
    'SELECT seq, at, type, json FROM events WHERE session_id = ? AND seq > ? AND seq <= ? ORDER BY seq',
  );
  return {
    read(sessionId, after, upTo, maxChars) {
      const merge = new Merge();
      for (const row of rows.iterate(sessionId, after, upTo)) {
        merge.add(row);
        if (merge.chars >= maxChars) break;
      }
      const events = merge.finish();
      const final = merge.last === 0 || merge.last >= upTo;
      return { events, last: final ? upTo : merge.last, final };
    },
  };
}

/** Collects rows into events, in order. */
class Merge {
  readonly #events: (string | null)[] = [];
  /** Place of the newest progress of each tool call that is still running. */
  readonly #progress = new Map<string, number>();
  #delta: { value: Delta; first: number; last: number; at: number } | null = null;
  chars = 0;
  last = 0;

  add(row: Row): void {
    this.chars += row.json.length;
    this.last = row.seq;
    if (row.type === 'text_delta' || row.type === 'thinking_delta') return this.#addDelta(row);
    this.#closeDelta();
    if (row.type === 'tool_progress') this.#replaceProgress(row, true);
    if (row.type === 'tool_result' && this.#progress.size > 0) this.#replaceProgress(row, false);
    this.#events.push(`${row.json.slice(0, -1)},"seq":${row.seq},"at":${row.at}}`);
  }

  finish(): string[] {
    this.#closeDelta();
    return this.#events.filter((event) => event !== null);
  }

  #addDelta(row: Row): void {
    const value = JSON.parse(row.json) as Delta;
    const open = this.#delta;
    if (open && open.value.type === value.type && open.value.messageId === value.messageId) {
      open.value.delta += value.delta;
      open.last = row.seq;
      return;
    }
    this.#closeDelta();
    this.#delta = { value, first: row.seq, last: row.seq, at: row.at };
  }

  #closeDelta(): void {
    if (!this.#delta) return;
    const { value, first, last, at } = this.#delta;
    this.#events.push(JSON.stringify({ ...value, ...(first < last ? { first } : {}), seq: last, at }));
    this.#delta = null;
  }

  #replaceProgress(row: Row, isProgress: boolean): void {
    const { toolCallId } = JSON.parse(row.json) as { toolCallId: string };
    const place = this.#progress.get(toolCallId);
    if (place !== undefined) this.#events[place] = null;
    if (isProgress) this.#progress.set(toolCallId, this.#events.length);
    else this.#progress.delete(toolCallId);
  }
}
