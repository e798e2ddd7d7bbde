/**
 * The rows of a transcript. Runs on every frame of a streaming answer, so what did not change is reused: rows of an
 * unchanged item come from a cache by the item's identity, and rows drawn from several items keep theirs while they
 * look the same.
 */
import type { AssistantItem, Part, ToolPart, Transcript, TranscriptItem } from '@spectral/proto/client';
import { isLooking, type ToolView } from '../tools/tool.ts';
import { noticeRows } from './notice-rows.ts';
import type { FooterRow, PromptRow, Row } from './row.ts';

/** A prompt on its way to the log. */
export interface Sending {
  readonly key: string;
  readonly content: string;
  readonly mode: 'queue' | 'steer';
  readonly at: number;
}

type RunningTurn = Transcript['running'];

export interface RowsInput {
  readonly items: readonly TranscriptItem[];
  readonly running: RunningTurn;
  readonly sending: readonly Sending[];
}

export type MakeRows = (input: RowsInput) => readonly Row[];

/** One per open session. */
export function createRowMaker(): MakeRows {
  const ofItem = new WeakMap<TranscriptItem, readonly Row[]>();
  const ofTool = new WeakMap<ToolPart, ToolView>();
  let kept = new Map<string, Row>();

  return ({ items, running, sending }) => {
    const rows: Row[] = [];
    const turn = createTurnSum();
    for (const item of items) {
      if (item.kind === 'user' && item.mode !== 'steer') rows.push(...turn.footer());
      turn.add(item);
      let own = ofItem.get(item);
      if (!own) ofItem.set(item, (own = rowsOfItem(item, ofTool)));
      rows.push(...own);
    }
    if (!running) rows.push(...turn.footer());
    else if (isWaiting(items.at(-1)))
      rows.push({ kind: 'working', key: 'working', since: running.startedAt });
    rows.push(...sending.map(sendingRow));

    const grouped = groupLooks(rows).map((row) => reuse(kept.get(row.key), row));
    kept = new Map(grouped.map((row) => [row.key, row]));
    return grouped;
  };
}

type ToolViews = WeakMap<ToolPart, ToolView>;

function rowsOfItem(item: TranscriptItem, tools: ToolViews): readonly Row[] {
  switch (item.kind) {
    case 'user':
      return [promptRow(item)];
    case 'assistant':
      return item.parts.flatMap((part, index) => partRow(item, part, index, tools));
    case 'notice':
      return noticeRows(item);
  }
}

function promptRow(item: Extract<TranscriptItem, { kind: 'user' }>): PromptRow {
  const { content, images, actor, mode, at } = item;
  return { kind: 'prompt', key: item.promptId, content, images, actor, mode, at, sending: false };
}

function sendingRow({ key, content, mode, at }: Sending): PromptRow {
  return { kind: 'prompt', key, content, images: [], actor: null, mode, at, sending: true };
}

/** Part by part; blank text shows nothing. */
function partRow(item: AssistantItem, part: Part, index: number, tools: ToolViews): Row[] {
  const key = `${item.id}.${index}`;
  const isLast = index === item.parts.length - 1;
  if (part.kind === 'tool') return [{ kind: 'tool', key: part.toolCallId, tool: keptView(part, tools) }];
  if (part.text.trim() === '') return [];
  const growing = item.isOpen && isLast;
  if (part.kind === 'thinking') {
    const next = item.parts[index + 1]?.at ?? item.endedAt;
    const durationMs = growing || next === null ? null : Math.max(0, next - part.at);
    return [{ kind: 'thinking', key, text: part.text.trim(), running: growing, durationMs }];
  }
  return [{ kind: 'text', key, text: part.text, complete: !growing, superseded: item.isSuperseded }];
}

/** An unchanged call keeps its view, whatever else its message gained. */
function keptView(part: ToolPart, tools: ToolViews): ToolView {
  let view = tools.get(part);
  if (!view) tools.set(part, (view = toolView(part)));
  return view;
}

function toolView(part: ToolPart): ToolView {
  const { toolCallId: id, name, args, result } = part;
  return {
    id,
    name,
    args,
    state: part.state === 'abandoned' ? 'lost' : part.state,
    output: result?.text ?? part.progress ?? '',
    omitted: result?.omitted ?? 0,
    diff: result?.diff ?? null,
    startedAt: part.at,
    durationMs: result?.durationMs ?? null,
  };
}

/** True when the running turn has nothing on screen that moves. */
function isWaiting(last: TranscriptItem | undefined): boolean {
  if (last?.kind !== 'assistant') return true;
  const part = last.parts.at(-1);
  if (!part) return true;
  if (part.kind === 'tool') return part.state !== 'running';
  return !last.isOpen || part.text.trim() === '';
}

/** Sums a turn's messages, from one prompt to the next. */
function createTurnSum() {
  let messages: AssistantItem[] = [];
  let begun: number | null = null;
  return {
    add(item: TranscriptItem): void {
      if (item.kind === 'assistant') messages.push(item);
      else if (item.kind === 'user') begun ??= item.at;
    },
    /** None for a turn that used no tokens. */
    footer(): FooterRow[] {
      const ended = messages;
      const startedAt = begun ?? ended[0]?.at ?? 0;
      messages = [];
      begun = null;
      const used = ended.flatMap(({ usage }) => usage ?? []);
      const last = ended.at(-1);
      if (!last || used.length === 0) return [];
      const sum = (pick: (usage: (typeof used)[number]) => number) =>
        used.reduce((total, usage) => total + pick(usage), 0);
      const unknown = used.some(({ cost }) => cost === null);
      const at = last.endedAt ?? last.at;
      return [
        {
          kind: 'footer',
          key: `${last.id}.footer`,
          modelId: last.modelId,
          inputTokens: sum((usage) => usage.inputTokens + usage.cacheReadTokens + usage.cacheWriteTokens),
          outputTokens: sum((usage) => usage.outputTokens),
          cachedTokens: sum((usage) => usage.cacheReadTokens),
          cost: unknown ? null : sum((usage) => usage.cost ?? 0),
          durationMs: Math.max(0, at - startedAt),
          at,
          answer: answerOf(ended),
        },
      ];
    },
  };
}

function answerOf(messages: readonly AssistantItem[]): string {
  return messages
    .filter((message) => !message.isSuperseded)
    .flatMap((message) => message.parts.flatMap((part) => (part.kind === 'text' ? part.text.trim() : [])))
    .filter((text) => text !== '')
    .join('\n\n');
}

/** Two or more looking tools in a row become one group. */
function groupLooks(rows: readonly Row[]): Row[] {
  const grouped: Row[] = [];
  for (const row of rows) {
    const before = grouped.at(-1);
    if (row.kind !== 'tool' || !isLooking(row.tool)) grouped.push(row);
    else if (before?.kind === 'looks')
      grouped[grouped.length - 1] = { ...before, tools: [...before.tools, row.tool] };
    else if (before?.kind === 'tool' && isLooking(before.tool)) {
      grouped[grouped.length - 1] = { kind: 'looks', key: before.key, tools: [before.tool, row.tool] };
    } else grouped.push(row);
  }
  return grouped;
}

/** The row before, when the new one looks the same. */
function reuse(before: Row | undefined, row: Row): Row {
  if (!before || before === row || before.kind !== row.kind) return row;
  return sameFields(before, row) ? before : row;
}

function sameFields(one: object, other: object): boolean {
  const right = new Map(Object.entries(other));
  return Object.entries(one).every(([name, value]) => same(value, right.get(name)));
}

function same(one: unknown, other: unknown): boolean {
  if (Object.is(one, other)) return true;
  if (!Array.isArray(one) || !Array.isArray(other) || one.length !== other.length) return false;
  return one.every((value, index) => Object.is(value, other[index]));
}
