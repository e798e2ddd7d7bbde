import assert from 'node:assert/strict';
import fc from 'fast-check';
import { RateLimiter } from '../../src/sockets/rate-limit.ts';

const LIMITS = { framesPerSecond: 100, bytesPerSecond: 10_000 };

describe('rate limiter', () => {
  it('lets a burst of two seconds pass and then names the wait', () => {
    const limiter = new RateLimiter(LIMITS, 0);

    const waits = Array.from({ length: 210 }, () => limiter.take(1, 0));

    assert.ok(waits.slice(0, 200).every((wait) => wait === 0));
    assert.equal(waits[200], 10);
    assert.equal(waits[209], 100);
  });

  it('counts bytes as well as frames', () => {
    const limiter = new RateLimiter(LIMITS, 0);

    assert.equal(limiter.take(25_000, 0), 500);
  });

  it('is within its limits again after the wait it named', () => {
    const limiter = new RateLimiter(LIMITS, 0);

    const wait = limiter.take(30_000, 0);

    assert.ok(limiter.take(0, wait - 100) > 0);
    assert.equal(limiter.take(0, wait + 100), 0);
  });

  it('never lets more through over any stretch than the rate and one burst', () => {
    const steps = fc.array(fc.record({ bytes: fc.nat(2_000), afterMs: fc.nat(200) }), { maxLength: 300 });
    fc.assert(
      fc.property(steps, (sends) => {
        const limiter = new RateLimiter(LIMITS, 0);
        const passed = { now: 0, frames: 0, bytes: 0 };
        for (const { bytes, afterMs } of sends) {
          passed.now += afterMs;
          if (limiter.take(bytes, passed.now) > 0) continue;
          passed.frames += 1;
          passed.bytes += bytes;
        }
        const seconds = passed.now / 1000 + 2;
        assert.ok(passed.frames <= LIMITS.framesPerSecond * seconds + 1);
        assert.ok(passed.bytes <= LIMITS.bytesPerSecond * seconds + 1);
      }),
    );
  });

  it('what it refuses on the way in is not counted, and a frame of any size passes once nothing is owed', () => {
    const limiter = new RateLimiter(LIMITS, 0);
    assert.equal(limiter.takeIfWithin(50_000, 0), 0);

    const waits = Array.from({ length: 100 }, () => limiter.takeIfWithin(10, 0));

    assert.deepEqual(new Set(waits), new Set([3_000]));
    assert.equal(limiter.takeIfWithin(10, 3_000), 0);
  });

  it('a clock that goes back gives nothing away', () => {
    const limiter = new RateLimiter(LIMITS, 1_000_000);
    limiter.take(20_000, 1_000_000);

    assert.ok(limiter.take(1_000, 0) > 0);
  });
});
