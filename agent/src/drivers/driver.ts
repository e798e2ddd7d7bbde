/**
 * The driver contract: what a session needs from any agent, and nothing of how it works.
 *
 *   start ──▶ DriverSession: deliver → receipt … settled, interrupt, compact, stop
 *
 * A driver with `events` tells its work as session events (the page shows a conversation); one with `pane` has a
 * terminal. All drivers pass test/contracts/driver.contract.ts.
 */
import type { Model, SessionEvent } from '@spectral/proto/wire';

export interface Driver {
  readonly name: string;
  readonly capabilities: DriverCapabilities;
  /**
   * Starts an agent for a session, or resumes one from its entries. Nothing is sent to a model yet.
   * Throws DriverUnavailable when the agent cannot start.
   */
  start(options: StartOptions): Promise<DriverSession>;
  /** One short completion outside any session (auto-title). Rejects on failure or when `signal` aborts. */
  complete(request: CompletionRequest): Promise<string>;
  /** Tells the models and the token they are called with; live sessions use them from their next request. */
  configure(access: ModelAccess): void;
  /** Ends every session that still runs. Idempotent. */
  close(): Promise<void>;
}

export interface DriverCapabilities {
  readonly events: boolean;
  readonly pane: boolean;
  readonly keys: boolean;
  readonly receipts: boolean;
}

/** The only door to models: the gateway, with the machine token. */
export interface ModelAccess {
  /** Gateway origin without a path, such as `https://spectral.example.com`. */
  readonly gatewayUrl: string;
  readonly machineToken: string;
  readonly models: readonly Model[];
}

export interface StartOptions {
  readonly sessionId: string;
  /** Absolute path of the project's directory. */
  readonly cwd: string;
  readonly modelId: string;
  /** The agent's own memory of the session, oldest first, as `saveEntry` was given it. Empty for a new session. */
  readonly entries: readonly DriverEntry[];
  /** Called synchronously, in order. Must not throw. */
  readonly emit: (event: DriverEvent) => void;
  /** Keeps an entry of the agent's memory; called before the event that shows it is complete. */
  readonly saveEntry: (entry: DriverEntry) => void;
}

/** A piece of the agent's memory, opaque to everyone but its driver. */
export interface DriverEntry {
  readonly id: string;
  readonly json: string;
}

export interface DriverPrompt {
  readonly content: string;
  readonly images: readonly { readonly mimeType: string; readonly data: string }[];
  readonly modelId: string;
  /** `turn` starts a turn (only while settled); `steer` reaches the running one after its current tool. */
  readonly mode: 'turn' | 'steer';
}

/** `taken`: the agent has it. `settled`: too late to steer, the turn is over; deliver it as a turn. */
export type Receipt = 'taken' | 'settled';

export interface DriverSession {
  /**
   * Gives the agent a prompt. Rejects with PromptNotTaken when the agent did not take it, with nothing started. Within
   * two seconds; events of the turn may be told before the receipt.
   */
  deliver(prompt: DriverPrompt): Promise<Receipt>;
  /** Ends the running turn; `settled` with `cancelled` follows within a second. No-op while settled. */
  interrupt(): Promise<void>;
  /** Shortens the agent's memory now, or at the start of the next turn when `lazily`. Only while settled. */
  compact(options: { instructions?: string; lazily?: boolean; reason: 'manual' | 'fork' }): Promise<void>;
  /** Ends the agent and all its children. Idempotent, within two seconds. */
  stop(): Promise<void>;
}

/** Events a driver tells; `settled` ends a turn, after its last event. */
export type DriverEvent =
  | Extract<
      SessionEvent,
      {
        type:
          | 'message_start'
          | 'text_delta'
          | 'thinking_delta'
          | 'tool_call'
          | 'tool_progress'
          | 'tool_result'
          | 'message_end'
          | 'token_usage'
          | 'retry'
          | 'compaction';
      }
    >
  | { readonly type: 'settled'; readonly outcome: TurnOutcome };

export interface TurnOutcome {
  readonly reason: 'done' | 'cancelled' | 'error';
  /** Text of the turn's last assistant message; loop mode looks for its marker in it. */
  readonly text: string;
  /** Present when `reason` is `error`. */
  readonly error?: { readonly code: string; readonly message: string };
}

export interface CompletionRequest {
  readonly modelId: string;
  readonly system: string;
  readonly prompt: string;
  readonly maxTokens: number;
  readonly signal: AbortSignal;
}

/** The agent cannot start. `message` says why and what to do. */
export class DriverUnavailable extends Error {
  readonly code = 'driver-unavailable';
  constructor(message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.name = 'DriverUnavailable';
  }
}

/** The agent did not take a prompt; nothing was started. `message` says why and what to do. */
export class PromptNotTaken extends Error {
  readonly code: 'busy' | 'stopped' | 'model-unknown' | 'agent-refused';
  constructor(code: PromptNotTaken['code'], message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.name = 'PromptNotTaken';
    this.code = code;
  }
}
