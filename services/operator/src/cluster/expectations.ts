/**
 * Changes of ours that the watch has not told yet. A reconciler that counts objects in a cache waits until its own
 * creations and deletions have shown up there, or it would make them twice.
 */

export interface Expectations {
  /** Notes, before the call, that `key` will see `change` (such as `added build-4` or `removed <uid>`). */
  expect(key: string, change: string): void;
  /** The watch told it, or the call failed. */
  settle(key: string, change: string): void;
  /** Changes of `key` still out. One older than the expiry is given up: a missed event must not stop a pool for ever. */
  outstanding(key: string): number;
  /** `key` itself is gone. */
  forget(key: string): void;
}

/** As long as other controllers wait. Within it a broken watch has been taken up and has listed everything. */
export const EXPECTATION_EXPIRY_MS = 300_000;

export function createExpectations(now: () => number, expiryMs = EXPECTATION_EXPIRY_MS): Expectations {
  /** By key, the changes and the time they were noted. */
  const expected = new Map<string, Map<string, number>>();

  const settle = (key: string, change: string) => {
    const changes = expected.get(key);
    changes?.delete(change);
    if (changes?.size === 0) expected.delete(key);
  };

  return {
    expect(key, change) {
      const changes = expected.get(key) ?? new Map<string, number>();
      expected.set(key, changes.set(change, now()));
    },
    settle,
    outstanding(key) {
      for (const [change, since] of expected.get(key) ?? []) {
        if (now() - since >= expiryMs) settle(key, change);
      }
      return expected.get(key)?.size ?? 0;
    },
    forget: (key) => void expected.delete(key),
  };
}
