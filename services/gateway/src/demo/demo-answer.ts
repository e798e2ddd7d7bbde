/** What the demo model does with a request: pure, so that the same conversation always goes the same way. */
import { LOOP_DONE_MARKER } from '@spectral/proto/wire';
import { demoCommandIn, type DemoCommand } from './demo-command.ts';
import type { DemoRequest, ToolUse } from './demo-request.ts';
import * as words from './demo-words.ts';

export type DemoBlock =
  | { readonly type: 'thinking' | 'text'; readonly text: string }
  | { readonly type: 'tool_use'; readonly name: string; readonly input: Readonly<Record<string, unknown>> };

export interface DemoReply {
  readonly kind: 'reply';
  readonly blocks: readonly DemoBlock[];
  readonly pace: DemoPace;
}
export interface DemoFailure {
  readonly kind: 'failure';
  readonly status: number;
  /** Fails only this many times for the same prompt; 0: always. */
  readonly times: number;
  /** The reply when it has failed often enough. */
  readonly afterwards: DemoReply;
}

/** How a reply departs from the usual pace. */
export interface DemoPace {
  readonly waitMs?: number;
  readonly everyMs?: number;
  readonly pieceChars?: number;
  /** Into so many pieces each block is cut, whatever their length. */
  readonly pieces?: number;
  /** The connection breaks after so many pieces. */
  readonly cutAfter?: number;
}

const DEMO_FILE = 'SPECTRAL_DEMO.md';
/** New lines of the demo file go above this one. */
const FILE_MARK = '<!-- the next demo entry goes above this line -->';
/** In loop mode without a `loop-done` command the third iteration is the last. */
const USUAL_ITERATIONS = 3;

/** The next reply in the conversation. */
export function demoAnswer(request: DemoRequest): DemoReply | DemoFailure {
  // These quote the conversation, commands included, which must not be obeyed again.
  if (request.tools.length === 0) {
    if (/title/i.test(request.system)) return say(words.title(request.prompt));
    if (/summar/i.test(request.system)) return say(words.summary(request.prompt));
  }
  const command = demoCommandIn(request.prompt);
  if (command) return onCommand(command, request);
  return reply(nextStep(request));
}

function onCommand(command: DemoCommand, request: DemoRequest): DemoReply | DemoFailure {
  const began = request.used.length > 0;
  switch (command.name) {
    case 'fail':
      return {
        kind: 'failure',
        status: command.status,
        times: command.times,
        afterwards: say(words.plain('It works again.')),
      };
    case 'stream': {
      const everyMs = command.everyMs === null ? {} : { everyMs: command.everyMs };
      return say(words.filler(command.chars), { pieces: command.pieces, ...everyMs });
    }
    case 'cut':
      return say(words.filler(command.pieces * 40), { pieceChars: 20, cutAfter: command.pieces });
    case 'slow':
      return say(words.filler(Math.ceil(60_000 / command.everyMs) * 6), {
        pieceChars: 6,
        everyMs: command.everyMs,
      });
    case 'wait':
      return say(words.plain(`waited ${command.ms} ms`), { waitMs: command.ms });
    case 'say':
      return say(command.text);
    case 'run':
      return began
        ? reply(closing(request))
        : call('bash', { command: command.command }, 'Running what you asked for.');
    case 'tool-argument':
      return began ? reply(closing(request)) : bigWrite(command.chars);
    case 'loop-done':
      return reply(nextStep(request, command.after));
  }
}

function bigWrite(chars: number): DemoReply {
  const input = { path: 'SPECTRAL_DEMO_LARGE.txt', content: words.filler(chars) };
  return {
    kind: 'reply',
    blocks: [{ type: 'tool_use', name: 'write', input }],
    pace: { pieceChars: 20, everyMs: 0 },
  };
}

/**
 * The script: look around, write or extend the demo file, sum up.
 *
 *   list ──file is there──▶ read ──▶ edit ──▶ closing words
 *     └──────it is not──────────▶ write ──────▲
 */
function nextStep(request: DemoRequest, doneAfter = USUAL_ITERATIONS): DemoBlock[] {
  const last = request.used.at(-1);
  const has = (tool: string) => request.tools.includes(tool);
  if (!last && has('bash'))
    return opening(request, { type: 'tool_use', name: 'bash', input: { command: 'ls -1A | head -40' } });
  if (!last && has('ls')) return opening(request, { type: 'tool_use', name: 'ls', input: { path: '.' } });
  if (last && lists(last) && has('read') && has('edit') && last.result?.includes(DEMO_FILE)) {
    return [
      { type: 'text', text: words.fileFound(DEMO_FILE) },
      { type: 'tool_use', name: 'read', input: { path: DEMO_FILE } },
    ];
  }
  if (last?.name === 'read' && last.result?.includes(FILE_MARK)) {
    const edits = [{ oldText: FILE_MARK, newText: `${words.fileEntry(request.prompt)}\n${FILE_MARK}` }];
    return [{ type: 'tool_use', name: 'edit', input: { path: DEMO_FILE, edits } }];
  }
  if (last && (lists(last) || last.name === 'read') && has('write')) {
    const content = words.newFile(request.prompt, FILE_MARK);
    return [
      { type: 'text', text: words.fileMissing(DEMO_FILE) },
      { type: 'tool_use', name: 'write', input: { path: DEMO_FILE, content } },
    ];
  }
  return closing(request, doneAfter);
}

function opening(request: DemoRequest, tool: DemoBlock): DemoBlock[] {
  const thinking: DemoBlock[] = request.thinking
    ? [{ type: 'thinking', text: words.thoughts(request.prompt) }]
    : [];
  return [...thinking, { type: 'text', text: words.greeting(request) }, tool];
}

function closing(request: DemoRequest, doneAfter = USUAL_ITERATIONS): DemoBlock[] {
  const iteration = Number(/This is iteration (\d+) of at most/.exec(request.prompt)?.[1] ?? 0);
  const done = iteration >= doneAfter ? `\n\nThe loop's work is done. ${LOOP_DONE_MARKER}` : '';
  return [{ type: 'text', text: words.closing(request) + done }];
}

function lists(use: ToolUse): boolean {
  return (use.name === 'bash' && String(use.input['command']).startsWith('ls ')) || use.name === 'ls';
}

function say(text: string, pace: DemoPace = {}): DemoReply {
  return { kind: 'reply', blocks: [{ type: 'text', text }], pace };
}

function call(name: string, input: Readonly<Record<string, unknown>>, before: string): DemoReply {
  return reply([
    { type: 'text', text: before },
    { type: 'tool_use', name, input },
  ]);
}

function reply(blocks: readonly DemoBlock[]): DemoReply {
  return { kind: 'reply', blocks, pace: {} };
}
