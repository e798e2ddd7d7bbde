import assert from 'node:assert/strict';
import fc from 'fast-check';
import { BadBatch, decodeBatch, encodeBatch } from '../../src/routing/pod-message-codec.ts';
import type { PodMessage } from '../../src/routing/pod-message.ts';

const MESSAGES: PodMessage[] = [
  {
    type: 'open',
    machineId: 'm',
    reader: 1,
    actor: { userId: 'u', name: 'n' },
    channel: 'c',
    cursor: { epoch: 0, seq: 0 },
  },
  { type: 'events', machineId: 'm', epoch: 5, frame: Buffer.from('frame') },
];

describe('pod messages as bytes', () => {
  it('a batch says who sent it and holds its messages in order', () => {
    const { podId, messages } = decodeBatch(encodeBatch('pod-1', MESSAGES));

    assert.equal(podId, 'pod-1');
    assert.deepEqual(
      messages.map(({ type }) => type),
      ['open', 'events'],
    );
  });

  it('frames are views into the bytes that came', () => {
    const bytes = encodeBatch('pod-1', MESSAGES);
    const event = decodeBatch(bytes).messages[1];

    assert.ok(event?.type === 'events' && event.frame.buffer === bytes.buffer);
  });

  it('a batch of another version, cut short or of noise is refused as such', () => {
    const whole = encodeBatch('pod-1', MESSAGES);
    assert.throws(() => decodeBatch(Buffer.alloc(0)), BadBatch);
    assert.throws(() => decodeBatch(Buffer.concat([Buffer.from([9]), whole.subarray(1)])), BadBatch);

    fc.assert(
      fc.property(fc.integer({ min: 8, max: whole.length - 1 }), fc.uint8Array(), (length, noise) => {
        for (const bytes of [whole.subarray(0, length), Buffer.concat([whole, noise]), Buffer.from(noise)]) {
          try {
            decodeBatch(bytes);
          } catch (error) {
            assert.ok(error instanceof BadBatch);
          }
        }
      }),
    );
  });
});
