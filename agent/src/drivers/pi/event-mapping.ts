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
import { readFailure, shortFailure } from './failure.ts';
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

interface RunningTool {
  readonly messageId: string;
  readonly startedAt: number;
}

interface EndedMessage {
  readonly id: string;
  readonly text: string;
  readonly failed: string | null;
}

export class EventMapping {
  readonly #options: MappingOptions;
  readonly #tools = new Map<string, RunningTool>();
  #modelId: string;
  #cancelled = false;
  #compaction: 'manual' | 'fork' = 'manual';
  #current: string | null = null;
  #last: EndedMessage | null = null;

  constructor(options: MappingOptions) {
    this.#options = options;
    this.#modelId = options.modelId;
  }

  /** Starts a turn with a model: nothing of an earlier one counts any more. */
  begin(modelId: string): void {
    this.#modelId = modelId;
    this.#cancelled = false;
    this.#current = null;
    this.#last = null;
    this.#tools.clear();
  }

  /** From here on the turn is a cancelled one. */
  cancel(): void {
    this.#cancelled = true;
  }

  /** What a compaction asked for by us is called, for pi knows no fork. */
  nextCompactionIs(reason: 'manual' | 'fork'): void {
    this.#compaction = reason;
  }

  /** How the turn ended, read after its last event. */
  outcome(): TurnOutcome {
    const text = this.#last?.text ?? '';
    if (this.#cancelled) return { reason: 'cancelled', text };
    if (this.#last?.failed != null) return { reason: 'error', text, error: readFailure(this.#last.failed) };
    return { reason: 'done', text };
  }

  map(event: AgentSessionEvent): DriverEvent[] {
    switch (event.type) {
      case 'message_start':
        return event.message.role === 'assistant' ? this.#messageStart(event.message) : [];
      case 'message_update':
        return this.#messageUpdate(event.assistantMessageEvent);
      case 'message_end':
        return event.message.role === 'assistant' ? this.#messageEnd(event.message) : [];
      case 'tool_execution_start':
        return this.#toolStart(event.toolCallId);
      case 'tool_execution_update':
        return this.#toolProgress(event.toolCallId, event.partialResult as ToolOutput);
      case 'tool_execution_end':
        return this.#toolEnd(event.toolCallId, event.toolName, event.result as ToolOutput, event.isError);
      case 'auto_retry_start':
        return [this.#retry(event)];
      case 'compaction_start':
        return [{ type: 'compaction', phase: 'start', reason: this.#reasonOf(event.reason), detail: '' }];
      case 'compaction_end':
        return this.#compactionEnd(event);
      default:
        return [];
    }
  }

  #messageStart(message: AssistantMessage): DriverEvent[] {
    // After an abort inside a tool pi begins one more message that never gets a word.
    if (this.#cancelled) return [];
    this.#current = this.#options.newMessageId();
    return [{ type: 'message_start', messageId: this.#current, modelId: message.model }];
  }

  #messageUpdate(
    event: Extract<AgentSessionEvent, { type: 'message_update' }>['assistantMessageEvent'],
  ): DriverEvent[] {
    if (this.#current === null) return [];
    const messageId = this.#current;
    switch (event.type) {
      case 'text_delta':
      case 'thinking_delta':
        return event.delta === '' ? [] : [{ type: event.type, messageId, delta: event.delta }];
      case 'toolcall_end': {
        const { id, name } = event.toolCall;
        this.#tools.set(id, { messageId, startedAt: this.#options.now() });
        return [{ type: 'tool_call', messageId, toolCallId: id, name, args: event.toolCall.arguments }];
      }
      default:
        return [];
    }
  }

  #messageEnd(message: AssistantMessage): DriverEvent[] {
    if (this.#current === null) return [];
    const messageId = this.#current;
    this.#current = null;
    const stopReason = stopReasonOf(message, this.#cancelled);
    this.#last = {
      id: messageId,
      text: textOf(message),
      failed: stopReason === 'error' ? (message.errorMessage ?? '') : null,
    };
    const usage = tokenUsage(message.usage, this.#options.priceOf(message.model));
    const end: DriverEvent = { type: 'message_end', messageId, stopReason };
    return usage ? [end, { type: 'token_usage', messageId, usage }] : [end];
  }

  #toolStart(toolCallId: string): DriverEvent[] {
    const tool = this.#tools.get(toolCallId);
    if (tool) this.#tools.set(toolCallId, { ...tool, startedAt: this.#options.now() });
    return [];
  }

  #toolProgress(toolCallId: string, output: ToolOutput): DriverEvent[] {
    const tool = this.#tools.get(toolCallId);
    const text = progressText(output);
    return tool && text !== ''
      ? [{ type: 'tool_progress', messageId: tool.messageId, toolCallId, text }]
      : [];
  }

  #toolEnd(toolCallId: string, name: string, output: ToolOutput, isError: boolean): DriverEvent[] {
    const tool = this.#tools.get(toolCallId);
    if (!tool) return [];
    this.#tools.delete(toolCallId);
    const { text, omitted } = resultText(name, output);
    const diff = diffOf(output);
    const durationMs = Math.max(0, Math.round(this.#options.now() - tool.startedAt));
    return [
      {
        type: 'tool_result',
        messageId: tool.messageId,
        toolCallId,
        isError,
        text,
        omitted,
        ...(diff && { diff }),
        durationMs,
      },
    ];
  }

  #retry(event: Extract<AgentSessionEvent, { type: 'auto_retry_start' }>): DriverEvent {
    const { attempt, maxAttempts, delayMs } = event;
    const messageId = this.#last?.failed == null ? null : this.#last.id;
    return {
      type: 'retry',
      attempt,
      maxAttempts,
      delayMs,
      reason: shortFailure(event.errorMessage),
      messageId,
    };
  }

  #compactionEnd(event: Extract<AgentSessionEvent, { type: 'compaction_end' }>): DriverEvent[] {
    const reason = this.#reasonOf(event.reason);
    this.#compaction = 'manual';
    if (!event.result) {
      const detail = event.aborted ? 'cancelled' : (event.errorMessage ?? 'failed');
      return [{ type: 'compaction', phase: 'failed', reason, detail }];
    }
    const { tokensBefore, estimatedTokensAfter, usage } = event.result;
    const detail = `${tokensBefore} → ${estimatedTokensAfter ?? 'fewer'} tokens`;
    return [{ type: 'compaction', phase: 'end', reason, detail }, ...this.#billed(usage)];
  }

  /** A compaction is a billed request without a message of its own. */
  #billed(usage: AssistantMessage['usage'] | undefined): DriverEvent[] {
    const counted = tokenUsage(usage, this.#options.priceOf(this.#modelId));
    return counted ? [{ type: 'token_usage', messageId: this.#options.newMessageId(), usage: counted }] : [];
  }

  #reasonOf(reason: 'manual' | 'threshold' | 'overflow'): 'manual' | 'threshold' | 'overflow' | 'fork' {
    return reason === 'manual' ? this.#compaction : reason;
  }
}

function textOf(message: AssistantMessage): string {
  return message.content.map((block) => (block.type === 'text' ? block.text : '')).join('');
}

function stopReasonOf(
  message: AssistantMessage,
  cancelled: boolean,
): 'stop' | 'length' | 'tool_use' | 'error' | 'cancelled' {
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
