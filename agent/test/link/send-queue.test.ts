import { strict as assert } from 'node:assert';
import { createSendQueue } from '../../src/link/send-queue.ts';

describe('the send queue', () => {
  it('keeps the last 100 of 150 frames, in order', () => {
    const queue = createSendQueue();

    for (let number = 1; number <= 150; number++) queue.push(Uint8Array.of(number));

    assert.deepEqual([queue.length, queue.dropped], [100, 50]);
    assert.deepEqual([queue.shift()?.[0], queue.shift()?.[0]], [51, 52]);
  });

  it('is empty at its end', () => {
    assert.equal(createSendQueue().shift(), undefined);
  });
});
