/** What each event makes of one assistant message. Pure; every function gives a new message. */
import type { SessionEvent } from '../wire/index.ts';
import type { AssistantItem, Part, TextPart, ToolPart } from './transcript-items.ts';

type EventOf<T extends SessionEvent['type']> = Extract<SessionEvent, { type: T }>;

/** Text joins the last part if that is of the same kind; so it does not matter how the deltas were cut or merged. */
export function withText(message: AssistantItem, { kind, text, at }: TextPart): AssistantItem {
  const last = message.parts.at(-1);
  if (last?.kind !== kind) return { ...message, parts: [...message.parts, { kind, at, text }] };
  return { ...message, parts: message.parts.with(-1, { kind, at: last.at, text: last.text + text }) };
}

export function withToolCall(
  message: AssistantItem,
  { toolCallId, name, args, at }: EventOf<'tool_call'> & { at: number },
): AssistantItem {
  const call: ToolPart = {
    kind: 'tool',
    at,
    toolCallId,
    name,
    args,
    state: 'running',
    progress: null,
    result: null,
  };
  return { ...message, parts: [...message.parts, call] };
}

export function withProgress(
  message: AssistantItem,
  { toolCallId, text }: EventOf<'tool_progress'>,
): AssistantItem {
  return changeTool(message, toolCallId, (tool) => (tool.result ? tool : { ...tool, progress: text }));
}

export function withResult(message: AssistantItem, event: EventOf<'tool_result'>): AssistantItem {
  const { toolCallId, isError, text, omitted, diff = null, durationMs } = event;
  return changeTool(message, toolCallId, (tool) => ({
    ...tool,
    state: isError ? 'failed' : 'done',
    progress: null,
    result: { text, omitted, diff, durationMs },
  }));
}

/** The turn is over: nothing more comes of this message, nor of its tools. */
export function closed(message: AssistantItem): AssistantItem {
  const parts = message.parts.map((part) =>
    isRunning(part) ? { ...part, state: 'abandoned' as const } : part,
  );
  return { ...message, isOpen: false, parts };
}

/** Whether the end of its turn would change it. */
export function isUnfinished(message: AssistantItem): boolean {
  return message.isOpen || message.parts.some(isRunning);
}

function isRunning(part: Part): part is ToolPart {
  return part.kind === 'tool' && part.state === 'running';
}

function changeTool(
  message: AssistantItem,
  toolCallId: string,
  change: (tool: ToolPart) => ToolPart,
): AssistantItem {
  const index = message.parts.findLastIndex((part) => part.kind === 'tool' && part.toolCallId === toolCallId);
  const tool = message.parts[index];
  return tool?.kind === 'tool' ? { ...message, parts: message.parts.with(index, change(tool)) } : message;
}
