/**
 * pi's events as driver events. Decides only: no timer, no I/O; the clock and the names of messages come in.
 *
 *   message_start ─▶ deltas, tool calls ─▶ message_end (+ usage) ─▶ tool progress, results ─▶ next message … settled
 *
 * pi has no error event: a failed request is a message that ended with `error`. pi has no cancelled turn either: what
 * follows an abort is told as cancelled, and the empty message pi makes of it is not told at all.
 */
import type { AgentSessionEvent } from '@earendil-works/pi-coding-agent';
import type { AssistantMessage } from '@earendil-works/pi-ai';
import type { ModelPrice } from '@spectral/proto/wire';
import type { DriverEvent, TurnOutcome } from '../driver.ts';
import { readFailure } from './failure.ts';
import { diffOf, progressText, resultText, type ToolOutput } from './tool-output.ts';
import { tokenUsage } from './usage.ts';

export interface MappingOptions {
  readonly newMessageId: () => string;
  /** Milliseconds, for durations. */
  readonly now: () => number;
  /** Null when the model's price is unknown. */
  readonly priceOf: (modelId: string) => ModelPrice | null;
  /** The session's model until the first turn. */
  readonly modelId: string;
}

export interface EventMapping {
  /** Starts a turn with a model: nothing of an earlier one counts any more. */
  begin(modelId: string): void;
  /** From here on the turn is a cancelled one. */
  cancel(): void;
  /** What a fork's first compaction is called, for pi knows no such reason. */
  nextCompactionIs(reason: 'manual' | 'fork'): void;
  map(event: AgentSessionEvent): DriverEvent[];
  /** How the turn ended, read after its last event. */
  outcome(): TurnOutcome;
}

interface RunningTool {
  readonly messageId: string;
  readonly startedAt: number;
}

interface EndedMessage {
  readonly id: string;
  readonly text: string;
  readonly failed: string | null;
}

export function createEventMapping(options: MappingOptions): EventMapping {
  let modelId = options.modelId;
  let cancelled = false;
  let compaction: 'manual' | 'fork' = 'manual';
  let current: string | null = null;
  let last: EndedMessage | null = null;
  const tools = new Map<string, RunningTool>();

  return {
    begin(turnsModelId) {
      modelId = turnsModelId;
      cancelled = false;
      current = null;
      last = null;
      tools.clear();
    },
    cancel() {
      cancelled = true;
    },
    nextCompactionIs(reason) {
      compaction = reason;
    },
    map,
    outcome() {
      const text = last?.text ?? '';
      if (cancelled) return { reason: 'cancelled', text };
      if (last?.failed != null) return { reason: 'error', text, error: readFailure(last.failed) };
      return { reason: 'done', text };
    },
  };

  function map(event: AgentSessionEvent): DriverEvent[] {
    switch (event.type) {
      case 'message_start':
        return event.message.role === 'assistant' ? messageStart(event.message) : [];
      case 'message_update':
        return messageUpdate(event.assistantMessageEvent);
      case 'message_end':
        return event.message.role === 'assistant' ? messageEnd(event.message) : [];
      case 'tool_execution_start':
        return toolStart(event.toolCallId);
      case 'tool_execution_update':
        return toolProgress(event.toolCallId, event.partialResult as ToolOutput);
      case 'tool_execution_end':
        return toolEnd(event.toolCallId, event.toolName, event.result as ToolOutput, event.isError);
      case 'auto_retry_start':
        return [retry(event)];
      case 'compaction_start':
        return [{ type: 'compaction', phase: 'start', reason: reasonOf(event.reason), detail: '' }];
      case 'compaction_end':
        return compactionEnd(event);
      default:
        return [];
    }
  }

  function messageStart(message: AssistantMessage): DriverEvent[] {
    // After an abort inside a tool pi begins one more message that never gets a word.
    if (cancelled) return [];
    current = options.newMessageId();
    return [{ type: 'message_start', messageId: current, modelId: message.model }];
  }

  function messageUpdate(event: Extract<AgentSessionEvent, { type: 'message_update' }>['assistantMessageEvent']): DriverEvent[] {
    if (current === null) return [];
    const messageId = current;
    switch (event.type) {
      case 'text_delta':
      case 'thinking_delta':
        return event.delta === '' ? [] : [{ type: event.type, messageId, delta: event.delta }];
      case 'toolcall_end': {
        const { id, name } = event.toolCall;
        tools.set(id, { messageId, startedAt: options.now() });
        return [{ type: 'tool_call', messageId, toolCallId: id, name, args: event.toolCall.arguments }];
      }
      default:
        return [];
    }
  }

  function messageEnd(message: AssistantMessage): DriverEvent[] {
    if (current === null) return [];
    const messageId = current;
    current = null;
    const stopReason = stopReasonOf(message, cancelled);
    last = { id: messageId, text: textOf(message), failed: stopReason === 'error' ? (message.errorMessage ?? '') : null };
    const usage = tokenUsage(message.usage, options.priceOf(message.model));
    const end: DriverEvent = { type: 'message_end', messageId, stopReason };
    return usage ? [end, { type: 'token_usage', messageId, usage }] : [end];
  }

  function toolStart(toolCallId: string): DriverEvent[] {
    const tool = tools.get(toolCallId);
    if (tool) tools.set(toolCallId, { ...tool, startedAt: options.now() });
    return [];
  }

  function toolProgress(toolCallId: string, output: ToolOutput): DriverEvent[] {
    const tool = tools.get(toolCallId);
    const text = progressText(output);
    return tool && text !== '' ? [{ type: 'tool_progress', messageId: tool.messageId, toolCallId, text }] : [];
  }

  function toolEnd(toolCallId: string, name: string, output: ToolOutput, isError: boolean): DriverEvent[] {
    const tool = tools.get(toolCallId);
    if (!tool) return [];
    tools.delete(toolCallId);
    const { text, omitted } = resultText(name, output);
    const diff = diffOf(output);
    const durationMs = Math.max(0, Math.round(options.now() - tool.startedAt));
    return [{ type: 'tool_result', messageId: tool.messageId, toolCallId, isError, text, omitted, ...(diff && { diff }), durationMs }];
  }

  function retry(event: Extract<AgentSessionEvent, { type: 'auto_retry_start' }>): DriverEvent {
    const { attempt, maxAttempts, delayMs } = event;
    const messageId = last?.failed == null ? null : last.id;
    return { type: 'retry', attempt, maxAttempts, delayMs, reason: readFailure(event.errorMessage).message, messageId };
  }

  function compactionEnd(event: Extract<AgentSessionEvent, { type: 'compaction_end' }>): DriverEvent[] {
    const reason = reasonOf(event.reason);
    compaction = 'manual';
    if (!event.result) {
      const detail = event.aborted ? 'cancelled' : (event.errorMessage ?? 'failed');
      return [{ type: 'compaction', phase: 'failed', reason, detail }];
    }
    const { tokensBefore, estimatedTokensAfter, usage } = event.result;
    const detail = `${tokensBefore} → ${estimatedTokensAfter ?? 'fewer'} tokens`;
    return [{ type: 'compaction', phase: 'end', reason, detail }, ...billed(usage)];
  }

  /** A compaction is a billed request without a message of its own. */
  function billed(usage: AssistantMessage['usage'] | undefined): DriverEvent[] {
    const counted = tokenUsage(usage, options.priceOf(modelId));
    return counted ? [{ type: 'token_usage', messageId: options.newMessageId(), usage: counted }] : [];
  }

  function reasonOf(reason: 'manual' | 'threshold' | 'overflow'): 'manual' | 'threshold' | 'overflow' | 'fork' {
    return reason === 'manual' ? compaction : reason;
  }
}

function textOf(message: AssistantMessage): string {
  return message.content.map((block) => (block.type === 'text' ? block.text : '')).join('');
}

function stopReasonOf(message: AssistantMessage, cancelled: boolean): 'stop' | 'length' | 'tool_use' | 'error' | 'cancelled' {
  switch (message.stopReason) {
    case 'toolUse':
      return 'tool_use';
    case 'length':
      return 'length';
    case 'aborted':
      return 'cancelled';
    case 'error':
      return cancelled ? 'cancelled' : 'error';
    default:
      return 'stop';
  }
}
