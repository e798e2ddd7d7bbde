import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import * as wire from '../wire/index.ts';
import { bytesOfHex } from '../vectors/index.ts';

const text = readFileSync(new URL('../PROTOCOL.md', import.meta.url), 'utf8');

describe('PROTOCOL.md says what the code does', () => {
  it('close codes', () => {
    const written = tableUnder('Close codes').map(([code, reason, reaction]) => ({
      code: Number(code),
      reason,
      reaction,
    }));

    assert.deepEqual(
      written,
      Object.values(wire.CLOSE).toSorted((one, other) => one.code - other.code),
    );
  });

  it('figures', async () => {
    const timing: Readonly<Record<string, unknown>> = { ...(await import('../wire/timing.ts')) };
    const { LOOP_DONE_MARKER, ...figures } = timing;

    const written = Object.fromEntries(
      tableUnder('Figures').map(([name = '', value = '']) => [name, numbersOf(value)]),
    );

    assert.deepEqual(
      written,
      Object.fromEntries(Object.entries(figures).map(([name, value]) => [name, [value].flat()])),
    );
    assert.ok(text.includes(`\`${String(LOOP_DONE_MARKER)}\``));
  });

  it('header: every field at its offset', () => {
    const [, ...rows] = tableUnder('Data frames').filter(([offset]) => /^\d+$/.test(offset ?? ''));
    const marked = wire.encodeFrame({
      kind: wire.FrameKind.events,
      flags: 0x0203,
      target: 0x04050607,
      sequence: 0x08_090a0b0c0d0e,
      channel: '10111213-1415-1617-1819-1a1b1c1d1e1f',
    });

    const fields = rows.slice(0, -1).map(([offset, size, field]) => {
      const begin = Number(offset);
      return [field, Buffer.from(marked.subarray(begin, begin + Number(size))).toString('hex')];
    });

    assert.deepEqual(fields, [
      ['kind', '04'],
      ['flags', '0203'],
      ['target', '04050607'],
      ['sequence', '0008090a0b0c0d0e'],
      ['channel', '101112131415161718191a1b1c1d1e1f'],
    ]);
    assert.equal(Number(rows.at(-1)?.[0]), wire.HEADER_BYTES);
    assert.ok(text.includes(`A header of ${wire.HEADER_BYTES} bytes`));
  });

  it('kinds and flags of data frames', () => {
    const rows = tableUnder('Data frames');
    const numberOf = (name: string) => Number(rows.find(([first]) => first === name)?.[1]);

    assert.deepEqual(named(Object.keys(wire.FrameKind), numberOf), { ...wire.FrameKind });
    assert.deepEqual(named(Object.keys(wire.FrameFlag), numberOf), { ...wire.FrameFlag });
  });

  for (const [heading, { options }] of [
    ['Relay to machine', wire.relayToMachine],
    ['Machine to relay', wire.machineToRelay],
    ['Relay to reader', wire.relayToBrowser],
    ['Reader to relay', wire.browserToRelay],
  ] as const) {
    it(`control frames: ${heading.toLowerCase()}, with all their fields`, () => {
      const written = tableUnder(heading).map(([kind = '', fields = '']) => [kind, fieldsOf(fields)]);

      assert.deepEqual(
        written,
        options.map(({ entries: { kind, ...fields } }) => [kind.literal, Object.keys(fields)]),
      );
    });
  }

  it('events of sessions, with all their fields', () => {
    const written = tableUnder('Sessions')
      .slice(5)
      .map(([type, fields = '']) => [type, fields.split(/[`, ?]+/).filter(Boolean)]);

    assert.deepEqual(
      written,
      wire.sessionEvent.options.map(({ entries: { type, ...fields } }) => [
        type.literal,
        Object.keys(fields),
      ]),
    );
  });

  it('events of the machine channel, with all their fields', () => {
    for (const { entries } of wire.machineEvent.options) {
      const { type, ...fields } = entries;
      assert.ok(text.includes(`\`${type.literal} {${Object.keys(fields).join(', ')}}\``), type.literal);
    }
  });

  it('paths, names and protocols', () => {
    const { MACHINE_LINK_PATH, MACHINE_SUBPROTOCOL, BROWSER_LINK_PATH, TokenKind } = wire;
    for (const word of [
      MACHINE_LINK_PATH,
      MACHINE_SUBPROTOCOL,
      BROWSER_LINK_PATH,
      ...Object.values(TokenKind),
    ]) {
      assert.ok(text.includes(`\`${word}\``), word);
    }
    assert.match(text, new RegExp(`event \`${wire.CONTROL_EVENT}\` \\| a control frame`));
    assert.match(text, new RegExp(`event \`${wire.DATA_EVENT}\` \\| a data frame`));
  });

  it('the worked example: bytes, payloads and control frames', () => {
    const [, example = ''] = text.split('## Worked example');
    const frames = [...example.matchAll(/```frame\n([\s\S]*?)```/g)].map(([, block = '']) => block);
    assert.equal(frames.length, 8);

    for (const block of frames) {
      const lines = block.trim().split('\n');
      const json = lines.filter((line) => line.startsWith('{')).join('');
      const hex = lines
        .filter((line) => !line.startsWith('{'))
        .join('')
        .replaceAll(/[^0-9a-f]/g, '');
      const frame = wire.decodeFrame(bytesOfHex(hex));
      assert.equal(wire.payloadText(frame.payload), json);
      if (json !== '') readsPayload(frame);
    }
    for (const [, to, frame = ''] of example.matchAll(/^\w+ +→ (\w+) +(\{.*\})$/gm)) readsControl(to, frame);
  });
});

function readsPayload({ kind, payload }: wire.DataFrame): void {
  if (kind === wire.FrameKind.request) wire.parseRequest(payload);
  else if (kind === wire.FrameKind.response) wire.parseResponse(payload);
  else wire.parseJson(wire.sessionPayload, wire.payloadText(payload), 'payload');
}

function readsControl(to: string | undefined, frame: string): void {
  if (to === 'reader') wire.parseRelayToBrowser(frame);
  else if (to === 'machine') wire.parseRelayToMachine(frame);
  else wire.parseBrowserToRelay(frame);
}

/** Rows of all tables between this heading and the next, cells without their backticks around; heads left out. */
function tableUnder(heading: string): string[][] {
  const section =
    text.split(new RegExp(`^#+ ${heading}$`, 'm'))[1]?.split(/^#+ /m)[0] ?? assert.fail(`no "${heading}"`);
  return section
    .split('\n')
    .filter(
      (line, index, lines) =>
        line.startsWith('|') && !line.startsWith('|--') && !lines[index + 1]?.startsWith('|--'),
    )
    .map((line) =>
      line
        .slice(1, -1)
        .split('|')
        .map((cell) => cell.trim().replace(/^`([^`]*)`$/, '$1')),
    );
}

function numbersOf(value: string): number[] {
  return value.split(', ').map(Number);
}

/** Names of fields, without what is said of their inside. */
function fieldsOf(cell: string): string[] {
  return [...`\`${cell}\``.replaceAll(/\{[^}]*\}|\([^)]*\)/g, '').matchAll(/\w+/g)].map(([name]) => name);
}

function named(names: readonly string[], numberOf: (name: string) => number): Record<string, number> {
  return Object.fromEntries(names.map((name) => [name, numberOf(name)]));
}
