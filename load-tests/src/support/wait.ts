/** Waiting for a condition, with a bound. */
import { setTimeout as sleep } from 'node:timers/promises';

/** Asks until the answer is neither undefined nor false. Rejects after `limitMs` with what was waited for. */
export async function waitFor<T>(
  what: string,
  limitMs: number,
  ask: () => T | undefined | false | Promise<T | undefined | false>,
  everyMs = 20,
): Promise<T> {
  const deadline = performance.now() + limitMs;
  for (;;) {
    const answer = await ask();
    if (answer !== undefined && answer !== false) return answer;
    if (performance.now() > deadline) throw new Error(`waited ${limitMs} ms for ${what} in vain`);
    await sleep(everyMs);
  }
}
