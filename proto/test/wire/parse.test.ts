import assert from 'node:assert/strict';
import fc from 'fast-check';
import * as v from 'valibot';
import {
  BadInput,
  parse,
  parseBrowserToRelay,
  parseJson,
  parseMachineToRelay,
  parseRelayToBrowser,
  parseRelayToMachine,
  parseRequest,
  parseResponse,
  payloadText,
  toPayload,
} from '../../wire/index.ts';

const shape = v.object({ list: v.array(v.object({ size: v.number() })) });

describe('parse', () => {
  it('names what was read, the field, what was expected and what came', () => {
    assert.throws(
      () => parse(shape, { list: [{ size: 1 }, { size: 'two' }] }, 'parcel'),
      (error) => {
        assert.ok(error instanceof BadInput);
        assert.equal(error.field, 'list.1.size');
        assert.match(error.message, /^parcel: list\.1\.size: .*Expected number but received "two"/);
        return true;
      },
    );
  });

  it('tells broken JSON without repeating it', () => {
    assert.throws(() => parseJson(shape, '{"secret":', 'parcel'), {
      code: 'bad-input',
      message: 'parcel: expected JSON, got 10 characters that are not',
    });
  });

  it('keeps any JSON value through a payload', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        assert.deepEqual(JSON.parse(payloadText(toPayload(value))), JSON.parse(JSON.stringify(value)));
      }),
    );
  });

  it('reads any text and any JSON as a frame or as BadInput, in every direction', () => {
    const likely = fc
      .record({ kind: fc.constantFrom('open', 'close', 'welcome', 'ping', 'pong', 'refused', 'drain') })
      .chain((base) =>
        fc
          .dictionary(
            fc.constantFrom('peer', 'channel', 'cursor', 'spreadMs', 'code', '__proto__'),
            fc.jsonValue(),
          )
          .map((rest) => JSON.stringify({ ...rest, ...base })),
      );
    const readers = [parseRelayToMachine, parseMachineToRelay, parseRelayToBrowser, parseBrowserToRelay];
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json(), likely), (text) => {
        for (const read of readers) readsOrRefuses(() => read(text));
      }),
      { numRuns: 500 },
    );
  });

  it('reads any bytes as a request or answer, or as BadInput', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        readsOrRefuses(() => parseRequest(bytes));
        readsOrRefuses(() => parseResponse(bytes));
      }),
    );
  });
});

function readsOrRefuses(read: () => unknown): void {
  try {
    read();
  } catch (error) {
    assert.ok(error instanceof BadInput, String(error));
  }
}
