// A machine with a working day behind it: every kind of row, for looking at and for the accessibility checks.
import { randomUUID } from 'node:crypto';
import type { SessionEvent } from '@spectral/proto/wire';
import { ADA, BEN, noUsage } from './fake-data.ts';
import type { FakeMachine } from './fake-machine.ts';
import { ending } from './scripts.ts';

export interface Showcase {
  readonly projectId: string;
  readonly sessionId: string;
}

const MINUTE = 60_000;
const ago = (minutes: number): string => new Date(Date.now() - minutes * MINUTE).toISOString();

export function stage(machine: FakeMachine): Showcase {
  const relay = machine.addProject('/home/ada/relay');
  const site = machine.addProject('/home/ada/site');
  machine.addProject('/home/ada/prototype', { exists: false });
  const used = { ...noUsage(), totalTokens: 128_400, cost: 0.84 };
  const more = [
    ['Explain the drain sequence', relay.id, 'idle', 95],
    ['Upgrade ws and check the close codes', relay.id, 'failed', 260],
    ['Flaky test: presence expires twice under load', relay.id, 'interrupted', 1500],
    ['Rewrite the landing page copy', site.id, 'running', 1],
    ['Dark mode for the docs', site.id, 'idle', 4400],
  ] as const;
  for (const [title, projectId, status, minutes] of more.toReversed()) {
    machine.addSession(projectId, { title, status, updatedAt: ago(minutes), usage: used });
  }
  const session = machine.addSession(relay.id, {
    title: 'Bound the per-reader window',
    usage: used,
    actor: ADA,
  });
  machine.log(session.id).append(...conversation());
  return { projectId: relay.id, sessionId: session.id };
}

/** A session of `messages` short prompts and answers. */
export function stageLong(machine: FakeMachine, projectId: string, messages: number): string {
  const { id } = machine.addSession(projectId, { title: `${messages} messages` });
  const events: SessionEvent[] = [];
  for (let index = 0; index < messages / 2; index++) {
    const messageId = randomUUID();
    events.push(prompt(`Question ${index}: what about case ${index * 7}?`), {
      type: 'turn_start',
      turnId: messageId,
      modelId: 'demo',
    });
    events.push({ type: 'message_start', messageId, modelId: 'demo' });
    events.push({ type: 'text_delta', messageId, delta: paragraphs(index) });
    events.push(...ending(messageId, 'stop'), { type: 'agent_end', turnId: messageId, reason: 'done' });
  }
  machine.log(id).append(...events);
  return id;
}

function paragraphs(index: number): string {
  const lines = `Case ${index} is handled in \`window.ts\`. It **drops** nothing and keeps order.\n\n`.repeat(
    1 + (index % 4),
  );
  return index % 5 === 0 ? `${lines}\`\`\`ts\nconst bound = ${index};\nreturn bound;\n\`\`\`` : lines;
}

function conversation(): SessionEvent[] {
  const plan = randomUUID();
  const edit = randomUUID();
  const final = randomUUID();
  const modelId = 'claude-sonnet-4-5';
  return [
    prompt(
      'A slow reader can make the relay hold an unbounded amount of frames. Find where, bound it, and prove it with a test.',
    ),
    { type: 'turn_start', turnId: 'turn-1', modelId },
    { type: 'message_start', messageId: plan, modelId },
    {
      type: 'thinking_delta',
      messageId: plan,
      delta:
        'The fan-out writes to each socket without looking at bufferedAmount. I should find the writer, then decide where the bound belongs.',
    },
    { type: 'text_delta', messageId: plan, delta: 'I’ll look at how frames reach a browser socket first.' },
    ...looked(plan, 'read', { path: '/home/ada/relay/src/routing/fan-out.ts' }, FAN_OUT),
    ...looked(
      plan,
      'grep',
      { pattern: 'bufferedAmount', path: '/home/ada/relay/src' },
      'src/sockets/browser.ts:88',
    ),
    ...looked(plan, 'read', { path: '/home/ada/relay/src/sockets/browser.ts' }, FAN_OUT),
    ...ending(plan, 'tool_use'),
    { type: 'message_start', messageId: edit, modelId },
    {
      type: 'text_delta',
      messageId: edit,
      delta:
        '`fanOut` hands every frame to every reader. A bound belongs there, **per reader**: past it, the stream stops and the reader is told `gap`.',
    },
    {
      type: 'tool_call',
      messageId: edit,
      toolCallId: 'call-edit',
      name: 'edit',
      args: { path: '/home/ada/relay/src/routing/fan-out.ts' },
    },
    {
      type: 'tool_result',
      messageId: edit,
      toolCallId: 'call-edit',
      isError: false,
      text: 'Edited.',
      omitted: 0,
      diff: DIFF,
      durationMs: 24,
    },
    {
      type: 'tool_call',
      messageId: edit,
      toolCallId: 'call-write',
      name: 'write',
      args: { path: '/home/ada/relay/test/routing/fan-out.test.ts', content: TEST_FILE },
    },
    {
      type: 'tool_result',
      messageId: edit,
      toolCallId: 'call-write',
      isError: false,
      text: 'Written.',
      omitted: 0,
      durationMs: 11,
    },
    {
      type: 'tool_call',
      messageId: edit,
      toolCallId: 'call-bash',
      name: 'bash',
      args: { command: 'npx mocha test/routing/fan-out.test.ts' },
    },
    {
      type: 'tool_result',
      messageId: edit,
      toolCallId: 'call-bash',
      isError: true,
      text: '  fan-out\n    1) a slow reader is told gap and nothing is held\n\n  AssertionError: expected 64 frames held at most, got 65\n      at fan-out.test.ts:31:12\n\nexit code 1',
      omitted: 0,
      durationMs: 1840,
    },
    ...ending(edit, 'tool_use'),
    {
      type: 'retry',
      attempt: 1,
      maxAttempts: 3,
      delayMs: 2000,
      reason: 'The provider was overloaded (529)',
      messageId: null,
    },
    { type: 'message_start', messageId: final, modelId },
    { type: 'text_delta', messageId: final, delta: ANSWER },
    ...ending(final, 'stop'),
    { type: 'agent_end', turnId: 'turn-1', reason: 'done' },
    { ...prompt('Nice. Does the same hold for the snapshot path?'), actor: BEN } as SessionEvent,
    { type: 'turn_start', turnId: 'turn-2', modelId },
    { type: 'agent_end', turnId: 'turn-2', reason: 'cancelled' },
    { type: 'compaction', phase: 'end', reason: 'threshold', detail: '148.2k tokens became 9.4k' },
  ];
}

function prompt(content: string): SessionEvent {
  return {
    type: 'user_message',
    messageId: randomUUID(),
    promptId: randomUUID(),
    content,
    images: [],
    actor: ADA,
    mode: 'queue',
  };
}

function looked(messageId: string, name: string, args: object, text: string): SessionEvent[] {
  const toolCallId = randomUUID();
  return [
    { type: 'tool_call', messageId, toolCallId, name, args },
    { type: 'tool_result', messageId, toolCallId, isError: false, text, omitted: 0, durationMs: 90 },
  ];
}

const FAN_OUT = `import type { Frame } from './frame.ts';\n\nexport function fanOut(frame: Frame, readers: Iterable<Reader>): void {\n  for (const reader of readers) reader.send(frame);\n}\n`;

const DIFF = `--- a/src/routing/fan-out.ts
+++ b/src/routing/fan-out.ts
@@ -1,8 +1,17 @@
 import type { Frame } from './frame.ts';
 
-export function fanOut(frame: Frame, readers: Iterable<Reader>): void {
-  for (const reader of readers) reader.send(frame);
+/** Frames a reader may be behind before its stream stops. */
+export const MAX_WINDOW = 64;
+
+export function fanOut(frame: Frame, readers: Iterable<Reader>): void {
+  for (const reader of readers) {
+    if (reader.pending < MAX_WINDOW) reader.send(frame);
+    else reader.stop('gap');
+  }
 }
 
 export interface Reader {
+  /** Frames handed over and not yet written. */
+  readonly pending: number;
   send(frame: Frame): void;
+  stop(reason: 'gap'): void;
 }
`;

const TEST_FILE = `import assert from 'node:assert/strict';\nimport { fanOut, MAX_WINDOW } from '../../src/routing/fan-out.ts';\n\ndescribe('fan-out', () => {\n  it('a slow reader is told gap and nothing is held', () => {\n    assert.equal(MAX_WINDOW, 64);\n  });\n});\n`;

const ANSWER = `## What changed

The relay no longer holds frames for a slow reader. Each reader has a **window of 64 frames**; past it the stream stops and the reader resumes from its cursor.

| case | before | after |
| --- | ---: | ---: |
| one reader stalled for 60 s | 412 MB | 3 MB |
| 20 readers, one stalled | 431 MB | 9 MB |
| all readers fast | 2 MB | 2 MB |

The decision is one line, so it stays readable:

\`\`\`ts
// Past the window the stream stops: the reader resumes from its cursor.
if (reader.pending < MAX_WINDOW) reader.send(frame);
else reader.stop('gap');
\`\`\`

1. \`fanOut\` asks each reader how far behind it is.
2. A reader past the bound gets \`gap\` **once**.
3. Order is kept, since a stopped stream never skips.

The failing assertion was off by one (\`<=\`). See the [decision record](https://example.com/decisions/0014) for why the bound counts frames and not bytes.`;
