/** Rewriting header fields in place, in a frame that nobody else reads any more. */

/** Offsets as in proto/wire/data-frame.ts. */
const TARGET = 4;
const SEQUENCE = 8;

export function setTarget(frame: Uint8Array, target: number): void {
  writeUint32(frame, TARGET, target);
}

/** `sequence` within 32 bits. */
export function setSequence(frame: Uint8Array, sequence: number): void {
  writeUint32(frame, SEQUENCE, 0);
  writeUint32(frame, SEQUENCE + 4, sequence);
}

export function readTarget(frame: Uint8Array): number {
  return new DataView(frame.buffer, frame.byteOffset).getUint32(TARGET);
}

function writeUint32(frame: Uint8Array, offset: number, value: number): void {
  frame[offset] = value >>> 24;
  frame[offset + 1] = value >>> 16;
  frame[offset + 2] = value >>> 8;
  frame[offset + 3] = value;
}
