import assert from 'node:assert/strict';
import {
  diffOf,
  PROGRESS_LIMIT,
  progressText,
  RESULT_LIMIT,
  resultText,
} from '../../../src/drivers/pi/tool-output.ts';

const text = (value: string) => ({ content: [{ type: 'text' as const, text: value }] });

describe("a tool's output", () => {
  it('is whole up to 16 KiB', () => {
    assert.deepEqual(resultText('read', text('x'.repeat(RESULT_LIMIT))), {
      text: 'x'.repeat(RESULT_LIMIT),
      omitted: 0,
    });
  });

  it('keeps the end of a command and the beginning of anything else', () => {
    const long = `first${'.'.repeat(RESULT_LIMIT)}last`;

    const command = resultText('bash', text(long));
    const file = resultText('read', text(long));

    assert.ok(command.text.endsWith('last') && file.text.startsWith('first'));
    for (const clipped of [command, file]) assert.equal(clipped.text.length + clipped.omitted, long.length);
  });

  it('cuts no character in half', () => {
    const emoji = '🙂'.repeat(RESULT_LIMIT);

    for (const [tool, prefix] of [
      ['bash', 'x'],
      ['read', 'x'],
      ['bash', ''],
      ['read', ''],
    ] as const) {
      assert.ok(resultText(tool, text(prefix + emoji)).text.isWellFormed());
    }
  });

  it('shows a running tool by its last 4 KiB', () => {
    const shown = progressText(text(`${'.'.repeat(9000)}end`));

    assert.equal(shown.length, PROGRESS_LIMIT);
    assert.ok(shown.endsWith('end'));
  });

  it('names an image instead of its bytes', () => {
    assert.equal(
      resultText('read', { content: [{ type: 'image', mimeType: 'image/png', data: 'AAAA' }] }).text,
      '[image image/png, 3 bytes]',
    );
  });

  it('has a diff where pi gives a patch', () => {
    assert.equal(diffOf({ details: { diff: 'shown', patch: '--- a\n+++ b\n' } }), '--- a\n+++ b\n');
    for (const details of [undefined, null, {}, { patch: '' }, { patch: 3 }])
      assert.equal(diffOf({ details }), undefined);
  });
});
