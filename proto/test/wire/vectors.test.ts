import assert from 'node:assert/strict';
import * as v from 'valibot';
import {
  decodeFrame,
  encodeFrame,
  framesOf,
  isFrameKind,
  machineEvent,
  machinePayload,
  messageOf,
  parseBrowserToRelay,
  parseJson,
  parseMachineToRelay,
  parseRelayToBrowser,
  parseRelayToMachine,
  parseRequest,
  parseResponse,
  sessionEvent,
  sessionPayload,
} from '../../wire/index.ts';
import {
  bundleVectors,
  bytesOfHex,
  controlVectors,
  dataFrameVectors,
  hexOfBytes,
  machinePayloadVectors,
  requestVectors,
  sessionPayloadVectors,
  type BadVector,
  type PayloadVector,
  type Vectors,
} from '../../vectors/index.ts';

describe('vectors: data frames', () => {
  for (const { name, hex, frame } of dataFrameVectors.good) {
    it(`reads and writes ${name}`, () => {
      const { payloadHex, kind, ...header } = frame;
      assert.ok(isFrameKind(kind));

      const { payload, ...decoded } = decodeFrame(bytesOfHex(hex));

      assert.deepEqual({ ...decoded, payloadHex: hexOfBytes(payload) }, frame);
      assert.equal(hexOfBytes(encodeFrame({ kind, ...header }, bytesOfHex(payloadHex))), hex);
    });
  }
  refuses(dataFrameVectors.bad, ({ hex = '' }) => decodeFrame(bytesOfHex(hex)));
});

describe('vectors: bundles', () => {
  for (const { name, hex, frames } of bundleVectors.good) {
    it(`reads and writes ${name}`, () => {
      assert.deepEqual(framesOf(bytesOfHex(hex)).map(hexOfBytes), frames);
      assert.equal(hexOfBytes(messageOf(frames.map(bytesOfHex))), hex);
    });
  }
  refuses(bundleVectors.bad, ({ hex = '' }) => framesOf(bytesOfHex(hex)));
});

const controlParsers = {
  relayToMachine: parseRelayToMachine,
  machineToRelay: parseMachineToRelay,
  relayToBrowser: parseRelayToBrowser,
  browserToRelay: parseBrowserToRelay,
};
for (const direction of ['relayToMachine', 'machineToRelay', 'relayToBrowser', 'browserToRelay'] as const) {
  describe(`vectors: control frames, ${direction}`, () => {
    const { good, bad } = controlVectors[direction];
    for (const { name, text, frame } of good) {
      it(`reads ${name}`, () => assert.deepEqual(controlParsers[direction](text), frame));
    }
    refuses(bad, ({ text = '' }) => controlParsers[direction](text));
  });
}

const encoder = new TextEncoder();
payloads('requests', requestVectors.request, (text) => parseRequest(encoder.encode(text)));
payloads('responses', requestVectors.response, (text) => parseResponse(encoder.encode(text)));
payloads('session payloads', sessionPayloadVectors, (text) => parseJson(sessionPayload, text, 'payload'));
payloads('machine payloads', machinePayloadVectors, (text) => parseJson(machinePayload, text, 'payload'));

describe('vectors: completeness', () => {
  it('has every type of session event', () => {
    assert.deepEqual(missing(sessionPayloadVectors, sessionEvent.options), []);
  });

  it('has every type of machine event', () => {
    assert.deepEqual(missing(machinePayloadVectors, machineEvent.options), []);
  });
});

function payloads(
  what: string,
  { good, bad }: Vectors<PayloadVector>,
  read: (text: string) => unknown,
): void {
  describe(`vectors: ${what}`, () => {
    for (const { name, text, payload } of good)
      it(`reads ${name}`, () => assert.deepEqual(read(text), payload));
    refuses(bad, ({ text = '' }) => read(text));
  });
}

function refuses(bad: readonly BadVector[], read: (vector: BadVector) => unknown): void {
  for (const vector of bad) {
    it(`refuses ${vector.name}`, () => assert.throws(() => read(vector), { code: vector.error }));
  }
}

function missing(
  { good }: Vectors<PayloadVector>,
  options: readonly { readonly entries: { readonly type: { readonly literal: string } } }[],
): string[] {
  const events = v.object({ events: v.array(v.object({ type: v.string() })) });
  const seen = new Set(
    good.flatMap(({ payload }) => v.parse(events, payload).events.map(({ type }) => type)),
  );
  return options.map(({ entries }) => entries.type.literal).filter((type) => !seen.has(type));
}
