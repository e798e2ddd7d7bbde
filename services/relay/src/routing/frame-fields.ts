/** Header fields of a frame: read singly, rewritten in place where nobody else reads it any more, and checked. */
import { BadFrame, FrameFlag, FrameKind, decodeFrame, readUuid } from '@spectral/proto/wire';

/** Offsets as in proto/wire/data-frame.ts. */
const KIND = 1;
const TARGET = 4;
const SEQUENCE = 8;
const CHANNEL = 16;

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

/** The channel of a SNAPSHOT, EVENTS or HEAD frame. */
export function channelOf(frame: Uint8Array): string {
  return readUuid(frame, CHANNEL);
}

/** Idle heads may be lost without harm: the next one repeats them. */
export function isHead(frame: Uint8Array): boolean {
  return frame[KIND] === FrameKind.head;
}

/** The id of a reader's REQUEST. Throws BadFrame for any other frame, and for an id that awaits its answer. */
export function requestIdOf(bytes: Uint8Array, pending: ReadonlyMap<number, unknown>): number {
  const { kind, flags, target } = decodeFrame(bytes);
  if (kind !== FrameKind.request) throw new BadFrame('a browser sends REQUEST frames only');
  if (flags & FrameFlag.fromRelay) throw new BadFrame('only the relay sets the flag fromRelay');
  if (pending.has(target)) throw new BadFrame(`request id ${target} is in use`);
  return target;
}

function writeUint32(frame: Uint8Array, offset: number, value: number): void {
  frame[offset] = value >>> 24;
  frame[offset + 1] = value >>> 16;
  frame[offset + 2] = value >>> 8;
  frame[offset + 3] = value;
}
