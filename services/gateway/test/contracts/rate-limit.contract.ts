/** What a rate limit promises, whoever counts. */
import assert from 'node:assert/strict';
import { beforeEach, describe, it } from 'mocha';
import type { RateLimit } from '../../src/rate-limits/index.ts';

/** `open` gives a fresh limit; `pass` lets time go by. */
export function rateLimitContract(
  name: string,
  open: () => RateLimit,
  pass: (ms: number) => Promise<void>,
): void {
  describe(`the rate limit in ${name}`, () => {
    const limit = { attempts: 3, windowMs: 400 };
    let limits: RateLimit;
    let key: string;
    beforeEach(() => {
      limits = open();
      key = `test:${crypto.randomUUID()}`;
    });
    const tries = async (count: number) => {
      const waits: number[] = [];
      for (let at = 0; at < count; at += 1) waits.push(await limits.attempt(key, limit));
      return waits;
    };

    it('lets the allowed attempts through and then says how long to wait', async () => {
      const [first, second, third, fourth = 0] = await tries(4);

      assert.deepEqual([first, second, third], [0, 0, 0]);
      assert.ok(fourth > 0 && fourth <= limit.windowMs, `${fourth} ms`);
    });

    it('begins anew when the window ended', async () => {
      await tries(4);
      await pass(limit.windowMs + 50);

      assert.deepEqual(await tries(3), [0, 0, 0]);
    });

    it('counts each key by itself', async () => {
      await tries(4);

      assert.equal(await limits.attempt(`${key}:other`, limit), 0);
    });

    it('forgets a key when told to', async () => {
      await tries(4);
      await limits.forget(key);

      assert.deepEqual(await tries(1), [0]);
    });

    it('counts attempts that come at the same moment', async () => {
      const waits = await Promise.all(Array.from({ length: 10 }, () => limits.attempt(key, limit)));

      assert.equal(waits.filter((wait) => wait === 0).length, 3);
    });
  });
}
