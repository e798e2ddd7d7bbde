/** A ledger that keeps its calls in memory, the newest thousands of them. */
import type { OpenedCall, SettledCall, UsageLedger } from '../../src/usage/ledger.ts';

export interface MemoryLedger extends UsageLedger {
  readonly calls: ReadonlyMap<string, OpenedCall | SettledCall>;
}

const MAX_CALLS = 10_000;

export function createMemoryLedger(): MemoryLedger {
  const calls = new Map<string, OpenedCall | SettledCall>();
  const put = (call: OpenedCall | SettledCall) => {
    calls.set(call.id, call);
    const [oldest] = calls.keys();
    if (calls.size > MAX_CALLS && oldest !== undefined) calls.delete(oldest);
  };
  return {
    calls,
    async open(call) {
      if (!calls.has(call.id)) put(call);
    },
    async settle(call) {
      const known = calls.get(call.id);
      if (!known || !('outcome' in known)) put(call);
    },
  };
}
