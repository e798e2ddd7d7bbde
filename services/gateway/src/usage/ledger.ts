/**
 * The record of model calls: who called which model, what it used, what it cost, how it ended. No content.
 * A call is opened before it goes upstream and settled before its caller sees the end of the answer. Both are
 * idempotent by the call's id, and a settled call stays as it is.
 */
import type { CallUsage } from './call-usage.ts';
import type { Dialect } from './tap.ts';

export interface OpenedCall {
  readonly id: string;
  readonly teamId: string;
  readonly machineId: string;
  readonly modelId: string;
  readonly provider: string;
  readonly dialect: Dialect;
  readonly streamed: boolean;
  readonly openedAt: Date;
}

/**
 * `ok`; `failed`: the provider answered with an error, or could not be reached; `cut`: the provider's answer broke off;
 * `aborted`: the caller left; `stopped`: ended by the gateway. A reaper adds `interrupted`: the gateway itself died.
 */
export type CallOutcome = 'ok' | 'failed' | 'cut' | 'aborted' | 'stopped';

export interface SettledCall extends OpenedCall {
  readonly settledAt: Date;
  readonly outcome: CallOutcome;
  /** Of the upstream's answer; null when there was none. */
  readonly httpStatus: number | null;
  /** Null when the provider gave no figures. */
  readonly usage: CallUsage | null;
  /** Whether figures are partly guessed, as for a call that broke off. */
  readonly estimated: boolean;
  /** USD; null when unknown. */
  readonly costUsd: number | null;
}

export interface UsageLedger {
  /** Resolves when the call is durable, or after a bound when the database does not answer. Never rejects. */
  open(call: OpenedCall): Promise<void>;
  /** The same. */
  settle(call: SettledCall): Promise<void>;
}
