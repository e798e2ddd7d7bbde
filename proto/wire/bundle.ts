/**
 * Several data frames in one binary message, so that what a moment brings costs one message and not one for each frame.
 * A binary message of either link is one data frame, or a bundle of them:
 *
 *   offset size field
 *   0      1    mark      0x42
 *   1      …    frames, each: length (4, unsigned, big endian), then the frame's bytes
 *
 * Bundles hold 1 to MAX_BUNDLE_FRAMES frames and no bundles. A relay packs them anew on each link.
 */
import { BadFrame, HEADER_BYTES } from './data-frame.ts';
import { MAX_BUNDLE_FRAMES } from './timing.ts';

const BUNDLE_MARK = 0x42;
const LENGTH_BYTES = 4;

/** The message that carries these frames, at least one: a lone frame is its own message and not copied. */
export function messageOf(frames: readonly Uint8Array[]): Uint8Array {
  const [first] = frames;
  if (!first) throw new RangeError('a message carries at least one frame');
  if (frames.length === 1) return first;
  const bytes = new Uint8Array(frames.reduce((sum, { length }) => sum + LENGTH_BYTES + length, 1));
  const view = new DataView(bytes.buffer);
  bytes[0] = BUNDLE_MARK;
  let offset = 1;
  for (const frame of frames) {
    view.setUint32(offset, frame.length);
    bytes.set(frame, offset + LENGTH_BYTES);
    offset += LENGTH_BYTES + frame.length;
  }
  return bytes;
}

/** The frames of a message, in order, as views into it. Throws BadFrame for a bundle that is cut short, empty or too many. */
export function framesOf<Bytes extends Uint8Array>(message: Bytes): readonly Bytes[] {
  if (message[0] !== BUNDLE_MARK) return [message];
  const view = new DataView(message.buffer, message.byteOffset, message.byteLength);
  const frames: Bytes[] = [];
  for (let offset = 1; offset < message.length;) {
    const start = offset + LENGTH_BYTES;
    const length = start <= message.length ? view.getUint32(offset) : 0;
    if (length < HEADER_BYTES || start + length > message.length) {
      throw new BadFrame(`a bundle of ${message.length} bytes is cut short at byte ${offset}`);
    }
    if (frames.length === MAX_BUNDLE_FRAMES) {
      throw new BadFrame(`a bundle holds at most ${MAX_BUNDLE_FRAMES} frames`);
    }
    frames.push(message.subarray(start, start + length) as Bytes);
    offset = start + length;
  }
  if (frames.length === 0) throw new BadFrame('a bundle holds at least one frame');
  return frames;
}
