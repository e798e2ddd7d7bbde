/** A session as the store keeps it, beside its log. */
import type { Actor, LoopInfo, SessionInfo, TokenUsage } from '@spectral/proto/wire';

export interface SessionRecord {
  readonly id: string;
  readonly projectId: string;
  readonly title: string;
  /** `default`: never named; `tried`: auto-title had its one chance; `set`: somebody or auto-title named it. */
  readonly titleState: 'default' | 'tried' | 'set';
  readonly status: SessionInfo['status'];
  readonly modelId: string | null;
  readonly actor: Actor | null;
  readonly forkedFrom: string | null;
  readonly loop: LoopInfo | null;
  /** The running turn and the number of its first event; null while idle. */
  readonly turn: { readonly turnId: string; readonly first: number } | null;
  readonly messages: number;
  readonly usage: TokenUsage;
  /** Number of the log's last event. */
  readonly head: number;
  /** Whether the agent's memory is to be shortened at the next turn, as a fork's is. */
  readonly compactNext: boolean;
  /** Milliseconds since 1970. */
  readonly createdAt: number;
  readonly updatedAt: number;
}

export const NO_USAGE: TokenUsage = {
  inputTokens: 0,
  outputTokens: 0,
  cacheReadTokens: 0,
  cacheWriteTokens: 0,
  totalTokens: 0,
  cost: 0,
};

/** Adds a message's usage to a session's. The sum's cost is null once any part's is unknown. */
export function addUsage(sum: TokenUsage, more: TokenUsage): TokenUsage {
  return {
    inputTokens: sum.inputTokens + more.inputTokens,
    outputTokens: sum.outputTokens + more.outputTokens,
    cacheReadTokens: sum.cacheReadTokens + more.cacheReadTokens,
    cacheWriteTokens: sum.cacheWriteTokens + more.cacheWriteTokens,
    totalTokens: sum.totalTokens + more.totalTokens,
    cost: sum.cost === null || more.cost === null ? null : sum.cost + more.cost,
  };
}

/** A session as readers see it. `queued` counts prompts that wait. */
export function sessionInfoOf(record: SessionRecord, queued: number): SessionInfo {
  const { id, projectId, title, status, modelId, actor, forkedFrom, loop, messages, usage, head } = record;
  return {
    id,
    projectId,
    title,
    status,
    modelId,
    actor,
    forkedFrom,
    loop,
    queued,
    messages,
    usage,
    head,
    createdAt: new Date(record.createdAt).toISOString(),
    updatedAt: new Date(record.updatedAt).toISOString(),
  };
}
