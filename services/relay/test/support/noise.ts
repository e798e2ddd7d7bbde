/** Structure-aware noise: nearly what the two links carry, for fast-check. */
import fc from 'fast-check';
import { FRAME_VERSION, FrameKind, HEADER_BYTES, encodeFrame, messageOf } from '@spectral/proto/wire';

const BUNDLE_MARK = 0x42;
const MOST_BUNDLE_BYTES = 2 * 1024 * 1024;
const uuid = fc.uuid();

/** Nearly a frame: a header with fields in and out of bounds, a payload of any bytes, now and then cut short. */
export const frame = fc
  .tuple(
    fc.constantFrom(FRAME_VERSION, FRAME_VERSION, FRAME_VERSION, 0, 2, BUNDLE_MARK),
    fc.integer({ min: 0, max: 7 }),
    fc.uint8Array({ minLength: HEADER_BYTES - 2, maxLength: HEADER_BYTES - 2 }),
    fc.oneof(
      { weight: 9, arbitrary: fc.uint8Array({ maxLength: 300 }) },
      { weight: 1, arbitrary: fc.nat(400_000).map((bytes) => new Uint8Array(bytes)) },
    ),
    fc.option(fc.integer({ min: 0, max: HEADER_BYTES }), { freq: 5 }),
  )
  .map(([version, kind, header, payload, cut]) => {
    const bytes = Buffer.concat([Buffer.from([version, kind]), header, payload]);
    return cut === null ? bytes : bytes.subarray(0, cut);
  });

/** Nearly frames in one message, now and then cut short or very many. */
export const bundle = fc
  .tuple(
    fc.array(frame, { minLength: 1, maxLength: 6 }),
    fc.constantFrom(1, 1, 1, 1_000),
    fc.option(fc.nat(2_000), { freq: 3 }),
  )
  .map(([frames, times, cut]) => {
    const once = Buffer.from(messageOf(frames));
    const repeats = Math.max(1, Math.min(times, Math.floor(MOST_BUNDLE_BYTES / once.length)));
    const message = Buffer.from(messageOf(Array.from({ length: repeats }, () => frames).flat()));
    return cut === null ? message : message.subarray(0, cut);
  });

/** Messages that begin as a bundle and are none, whoever sends them. `whole` is a frame that this link takes. */
export function brokenBundle(whole: Uint8Array): fc.Arbitrary<Uint8Array> {
  const inside = Buffer.from(messageOf([whole, whole]));
  const length = (bytes: number) => {
    const field = Buffer.alloc(4);
    field.writeUInt32BE(bytes);
    return field;
  };
  const broken = fc.oneof(
    fc.constant('an empty bundle').map(() => Buffer.alloc(0)),
    fc.uint8Array({ minLength: 1, maxLength: 3 }).map((bytes) => Buffer.from(bytes)),
    fc.integer({ min: 0, max: HEADER_BYTES - 1 }).map((bytes) => Buffer.concat([length(bytes), whole])),
    fc
      .integer({ min: whole.length + 1, max: 0xffffffff })
      .map((bytes) => Buffer.concat([length(bytes), whole])),
    fc.constant('a bundle in a bundle').map(() => Buffer.concat([length(inside.length), inside])),
  );
  return fc.tuple(fc.boolean(), broken).map(([behindWhole, bytes]) => {
    if (!behindWhole) return Buffer.concat([Buffer.from([BUNDLE_MARK]), bytes]);
    const before = Buffer.concat([Buffer.from([BUNDLE_MARK]), length(whole.length), whole]);
    // A whole frame and nothing more would be a good bundle.
    return Buffer.concat([before, bytes.length > 0 ? bytes : length(0)]);
  });
}

/** A frame that a machine sends; nobody reads its channel. */
export const WHOLE_FROM_MACHINE = encodeFrame({ kind: FrameKind.events, sequence: 1 }, new Uint8Array(40));
/** A frame that a browser sends. */
export const WHOLE_FROM_BROWSER = encodeFrame(
  { kind: FrameKind.request, target: 4_000_000 },
  new Uint8Array(40),
);

/** Nearly a control frame of either link. */
export const control = fc.oneof(
  fc
    .record(
      {
        kind: fc.constantFrom('pong', 'refused', 'open', 'close', 'ping', 'welcome', '__proto__'),
        peer: fc.oneof(fc.integer(), fc.string()),
        channel: fc.oneof(uuid, fc.string()),
        cursor: fc.oneof(fc.record({ epoch: fc.nat(), seq: fc.nat() }), fc.jsonValue()),
        code: fc.string(),
        message: fc.string(),
      },
      { requiredKeys: [] },
    )
    .map((value) => JSON.stringify(value)),
  fc.json(),
  fc.string(),
);

/** Nearly a Socket.IO packet in our parser's form. */
export const packet = fc.oneof(
  fc
    .record(
      {
        t: fc.oneof(fc.integer({ min: -1, max: 7 }), fc.jsonValue()),
        n: fc.constantFrom('/', '/other', '', '/__proto__'),
        d: fc.oneof(
          fc.tuple(fc.constantFrom('c', 'd', 'connect', 'error', 'newListener', '__proto__'), control),
          fc.jsonValue(),
        ),
        i: fc.oneof(fc.integer(), fc.jsonValue()),
      },
      { requiredKeys: [] },
    )
    .map((value) => JSON.stringify(value)),
  fc.string(),
  frame,
  bundle,
);
