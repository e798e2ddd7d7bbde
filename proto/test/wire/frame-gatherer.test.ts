import assert from 'node:assert/strict';
import {
  BUNDLE_BYTES,
  FrameGatherer,
  HEADER_BYTES,
  MAX_BUNDLE_FRAMES,
  framesOf,
  messageOf,
} from '../../wire/index.ts';

describe('frame gatherer', () => {
  it('sends what one moment brings in one message, in order', async () => {
    const { gatherer, sent } = start();

    gatherer.add(frameOf(40, 1));
    gatherer.add(frameOf(50, 2));
    assert.deepEqual(sent, []);
    assert.equal(gatherer.bytes, 90);
    await Promise.resolve();

    assert.deepEqual(sent.map(shapeOf), [
      [
        { bytes: 40, mark: 1 },
        { bytes: 50, mark: 2 },
      ],
    ]);
    assert.equal(gatherer.bytes, 0);
  });

  it('sends a lone frame as it is', async () => {
    const { gatherer, sent } = start();
    const frame = frameOf(40, 1);

    gatherer.add(frame);
    await Promise.resolve();

    assert.equal(sent[0], frame);
  });

  it('sends early what would pass the size of a bundle, and lets a large frame travel alone', async () => {
    const { gatherer, sent } = start();

    gatherer.add(frameOf(40, 1));
    gatherer.add(frameOf(BUNDLE_BYTES, 2));
    gatherer.add(frameOf(40, 3));
    await Promise.resolve();

    assert.deepEqual(sent.map(shapeOf), [
      [{ bytes: 40, mark: 1 }],
      [{ bytes: BUNDLE_BYTES, mark: 2 }],
      [{ bytes: 40, mark: 3 }],
    ]);
  });

  it('never gathers more frames than a bundle may hold', async () => {
    const { gatherer, sent } = start();
    const smallest = frameOf(HEADER_BYTES, 1);

    for (let added = 0; added <= MAX_BUNDLE_FRAMES; added++) gatherer.add(smallest);
    await Promise.resolve();

    assert.deepEqual(
      sent.map((message) => framesOf(message).length),
      [MAX_BUNDLE_FRAMES, 1],
    );
    const tooMany = Array.from({ length: MAX_BUNDLE_FRAMES + 1 }, () => smallest);
    assert.throws(() => framesOf(messageOf(tooMany)), /at most 8192 frames/);
  });

  it('sends at once what it is told to, and nothing twice', async () => {
    const { gatherer, sent } = start();

    gatherer.add(frameOf(40, 1));
    gatherer.flush();
    assert.equal(sent.length, 1);
    gatherer.flush();
    await Promise.resolve();
    assert.equal(sent.length, 1);

    gatherer.add(frameOf(40, 2));
    await Promise.resolve();
    assert.equal(sent.length, 2);
  });
});

function start() {
  const sent: Uint8Array[] = [];
  return { sent, gatherer: new FrameGatherer((message) => void sent.push(message)) };
}

/** Bytes that begin like a data frame, and end with a mark. */
function frameOf(bytes: number, mark: number): Uint8Array {
  const frame = new Uint8Array(bytes);
  frame[0] = 1;
  frame[bytes - 1] = mark;
  return frame;
}

const shapeOf = (message: Uint8Array) =>
  framesOf(message).map((frame) => ({ bytes: frame.length, mark: frame.at(-1) }));
