/** Waits for a condition, with a bound. */
import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';

/** Resolves when `holds` is true; fails with what was awaited after `limitMs`. */
export async function until(
  what: string,
  holds: () => boolean | Promise<boolean>,
  limitMs = 3000,
): Promise<void> {
  const end = Date.now() + limitMs;
  while (!(await holds())) {
    assert.ok(Date.now() < end, `not within ${limitMs} ms: ${what}`);
    await sleep(5);
  }
}
