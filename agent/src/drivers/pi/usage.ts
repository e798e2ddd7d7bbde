/** Token usage of a message in the wire's words, priced from the gateway's list. */
import { costOf, type ModelPrice, type TokenUsage } from '@spectral/proto/wire';

/** pi's counts; `cacheWrite1h` is a part of `cacheWrite`. */
export interface PiUsage {
  readonly input: number;
  readonly output: number;
  readonly cacheRead: number;
  readonly cacheWrite: number;
  readonly cacheWrite1h?: number;
  readonly totalTokens: number;
}

/** Null when the provider told nothing: pi then counts zero of everything, which no answered request costs. */
export function tokenUsage(usage: PiUsage | undefined, price: ModelPrice | null): TokenUsage | null {
  if (!usage || usage.input + usage.output + usage.cacheRead + usage.cacheWrite === 0) return null;
  const cacheWrite1h = usage.cacheWrite1h ?? 0;
  return {
    inputTokens: usage.input,
    outputTokens: usage.output,
    cacheReadTokens: usage.cacheRead,
    cacheWriteTokens: usage.cacheWrite,
    totalTokens: usage.totalTokens,
    cost: costOf(price, { ...usage, cacheWrite: usage.cacheWrite - cacheWrite1h, cacheWrite1h }),
  };
}
