/**
 * The binary data frame: a fixed header of 32 bytes that the relay reads, and a payload that it never does.
 *
 *   offset size field
 *   0      1    version   1
 *   1      1    kind      see FrameKind
 *   2      2    flags     big endian, see FrameFlag
 *   4      4    target    unsigned, big endian: request id, peer handle, or (EVENTS, HEAD) the log's epoch; 0 where unused
 *   8      8    sequence  unsigned, big endian, at most 2^53-1: event number, or peer handle on a REQUEST to a machine
 *   16     16   channel   the session's UUID, or all zero for the machine's own channel
 *   32     …    payload
 */

export const HEADER_BYTES = 32;
export const FRAME_VERSION = 1;

export const FrameKind = {
  /** A call on the machine. Payload: RequestPayload. */
  request: 1,
  /** The one answer to a REQUEST. Payload: ResponsePayload. */
  response: 2,
  /** A piece of history for one reader (target: its peer handle). Payload: StreamPayload. */
  snapshot: 3,
  /** Live events for every reader of the channel (target: the log's epoch, 0 if not told). Payload: StreamPayload. */
  events: 4,
  /** The number of the channel's last event, repeated while idle (target as in EVENTS). No payload. */
  head: 5,
} as const;
export type FrameKind = (typeof FrameKind)[keyof typeof FrameKind];

export const FrameFlag = {
  /** Last piece of a snapshot. */
  final: 1,
  /** The payload was written by the relay itself, not by the peer (offline, timeout, limits). Never sealed. */
  fromRelay: 2,
  /** The payload is sealed end to end. Reserved. */
  sealed: 4,
} as const;

export interface FrameHeader {
  readonly kind: FrameKind;
  readonly flags: number;
  readonly target: number;
  readonly sequence: number;
  /** Lower-case UUID. */
  readonly channel: string;
}

/** A frame in hand. `payload` is a view into the received bytes, not a copy. */
export interface DataFrame extends FrameHeader {
  readonly payload: Uint8Array;
}

/** Channel of a machine's own list of projects and sessions. */
export const MACHINE_CHANNEL = '00000000-0000-0000-0000-000000000000';

/** Bytes that are no data frame. `message` says what was expected and what came. */
export class BadFrame extends Error {
  readonly code = 'bad-frame';
  constructor(message: string) {
    super(message);
    this.name = 'BadFrame';
  }
}

/** Encodes a frame. Throws RangeError for a target or sequence out of bounds and BadFrame for a channel that is no UUID. */
export function encodeFrame(
  header: Partial<FrameHeader> & { kind: FrameKind },
  payload?: Uint8Array,
): Uint8Array {
  const { kind, flags = 0, target = 0, sequence = 0, channel = MACHINE_CHANNEL } = header;
  if (!Number.isInteger(target) || target < 0 || target > 0xffffffff) {
    throw new RangeError(`frame target must be an unsigned 32-bit integer, got ${target}`);
  }
  if (!Number.isSafeInteger(sequence) || sequence < 0) {
    throw new RangeError(`frame sequence must be an integer from 0 to 2^53-1, got ${sequence}`);
  }
  const bytes = new Uint8Array(HEADER_BYTES + (payload?.length ?? 0));
  const view = new DataView(bytes.buffer);
  bytes[0] = FRAME_VERSION;
  bytes[1] = kind;
  view.setUint16(2, flags);
  view.setUint32(4, target);
  view.setUint32(8, Math.floor(sequence / 2 ** 32));
  view.setUint32(12, sequence >>> 0);
  writeUuid(bytes, 16, channel);
  if (payload) bytes.set(payload, HEADER_BYTES);
  return bytes;
}

/** Decodes a frame. Throws BadFrame for anything that is not version 1 of a known kind with a whole header. */
export function decodeFrame(bytes: Uint8Array): DataFrame {
  if (bytes.length < HEADER_BYTES) {
    throw new BadFrame(`a data frame has at least ${HEADER_BYTES} bytes, got ${bytes.length}`);
  }
  if (bytes[0] !== FRAME_VERSION)
    throw new BadFrame(`frame version ${FRAME_VERSION} expected, got ${bytes[0]}`);
  const kind = bytes[1];
  if (!isFrameKind(kind)) throw new BadFrame(`unknown frame kind ${kind}`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const high = view.getUint32(8);
  if (high > 0x1fffff) throw new BadFrame('frame sequence exceeds 2^53-1');
  return {
    kind,
    flags: view.getUint16(2),
    target: view.getUint32(4),
    sequence: high * 2 ** 32 + view.getUint32(12),
    channel: readUuid(bytes, 16),
    payload: bytes.subarray(HEADER_BYTES),
  };
}

export function isFrameKind(kind: number | undefined): kind is FrameKind {
  return kind !== undefined && kind >= FrameKind.request && kind <= FrameKind.head;
}

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
const HEX = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'));

/** True for a lower-case UUID of any version, the form all Spectral ids have. */
export function isUuid(text: string): boolean {
  return UUID.test(text);
}

/** Writes the 16 bytes of a lower-case UUID at `offset`. */
export function writeUuid(bytes: Uint8Array, offset: number, uuid: string): void {
  if (!isUuid(uuid)) throw new BadFrame(`channel must be a lower-case UUID, got "${uuid}"`);
  const hex = uuid.replaceAll('-', '');
  for (let index = 0; index < 16; index++) {
    bytes[offset + index] = Number.parseInt(hex.slice(index * 2, index * 2 + 2), 16);
  }
}

/** Reads 16 bytes at `offset` as a lower-case UUID. */
export function readUuid(bytes: Uint8Array, offset: number): string {
  const hex = (index: number) => HEX[bytes[offset + index] ?? 0];
  return (
    `${hex(0)}${hex(1)}${hex(2)}${hex(3)}-${hex(4)}${hex(5)}-${hex(6)}${hex(7)}-` +
    `${hex(8)}${hex(9)}-${hex(10)}${hex(11)}${hex(12)}${hex(13)}${hex(14)}${hex(15)}`
  );
}
