import assert from 'node:assert/strict';
import fc from 'fast-check';
import {
  BadFrame,
  decodeFrame,
  encodeFrame,
  FrameKind,
  HEADER_BYTES,
  isUuid,
  MACHINE_CHANNEL,
  readUuid,
  writeUuid,
} from '../../wire/index.ts';

const anyFrame = fc.record({
  kind: fc.constantFrom(...Object.values(FrameKind)),
  flags: fc.nat({ max: 0xffff }),
  target: fc.nat({ max: 0xffffffff }),
  sequence: fc.maxSafeNat(),
  channel: fc.uuid(),
});

describe('data frame', () => {
  it('says the same after encoding and decoding', () => {
    fc.assert(
      fc.property(anyFrame, fc.uint8Array(), (header, payload) => {
        const decoded = decodeFrame(encodeFrame(header, payload));

        assert.deepEqual({ ...decoded, payload: [...decoded.payload] }, { ...header, payload: [...payload] });
      }),
    );
  });

  it('is read from the middle of a larger buffer, payload by reference', () => {
    fc.assert(
      fc.property(anyFrame, fc.uint8Array(), fc.nat({ max: 50 }), (header, payload, offset) => {
        const bytes = encodeFrame(header, payload);
        const larger = new Uint8Array(offset + bytes.length + 3);
        larger.set(bytes, offset);

        const decoded = decodeFrame(larger.subarray(offset, offset + bytes.length));

        assert.equal(decoded.payload.buffer, larger.buffer);
        assert.deepEqual(
          [decoded.target, decoded.sequence, [...decoded.payload]],
          [header.target, header.sequence, [...payload]],
        );
      }),
    );
  });

  it('never reads garbage as anything but a frame or BadFrame', () => {
    const likely = fc.tuple(fc.constantFrom(0, 1, 2), fc.nat({ max: 7 }), fc.uint8Array({ maxLength: 64 }));
    const garbage = fc.oneof(
      fc.uint8Array(),
      likely.map(([version, kind, rest]) => Uint8Array.of(version, kind, ...rest)),
    );
    fc.assert(
      fc.property(garbage, (bytes) => {
        try {
          assert.deepEqual([...encodeFrame(decodeFrame(bytes), bytes.subarray(HEADER_BYTES))], [...bytes]);
        } catch (error) {
          assert.ok(error instanceof BadFrame, String(error));
        }
      }),
      { numRuns: 1000 },
    );
  });

  it('has defaults for what a kind does not use', () => {
    const { payload, ...header } = decodeFrame(encodeFrame({ kind: FrameKind.head }));

    assert.deepEqual(header, {
      kind: FrameKind.head,
      flags: 0,
      target: 0,
      sequence: 0,
      channel: MACHINE_CHANNEL,
    });
    assert.equal(payload.length, 0);
  });

  for (const target of [-1, 1.5, 2 ** 32, Number.NaN]) {
    it(`refuses to write target ${target}`, () => {
      assert.throws(() => encodeFrame({ kind: FrameKind.request, target }), RangeError);
    });
  }
  for (const sequence of [-1, 0.5, 2 ** 53, Number.POSITIVE_INFINITY]) {
    it(`refuses to write sequence ${sequence}`, () => {
      assert.throws(() => encodeFrame({ kind: FrameKind.events, sequence }), RangeError);
    });
  }
  it('refuses to write a channel that is no lower-case UUID', () => {
    for (const channel of ['', 'x', MACHINE_CHANNEL.slice(1), 'ABCDEF01-0000-0000-0000-000000000000']) {
      assert.throws(() => encodeFrame({ kind: FrameKind.events, channel }), BadFrame);
    }
  });
});

describe('uuid', () => {
  it('says the same after writing and reading, at any place', () => {
    fc.assert(
      fc.property(fc.uuid(), fc.nat({ max: 20 }), (uuid, offset) => {
        const bytes = new Uint8Array(offset + 16);

        writeUuid(bytes, offset, uuid);

        assert.equal(readUuid(bytes, offset), uuid);
        assert.ok(isUuid(uuid));
      }),
    );
  });
});
