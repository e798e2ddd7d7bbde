import assert from 'node:assert/strict';
import { createHighlight } from '../../../src/conversation/markdown/highlight.ts';

describe('highlight', () => {
  const highlight = createHighlight();

  it('tells the part of speech of every piece and keeps every character', async () => {
    const code = 'const a = "x"; // why\nreturn a;';

    const lines = await highlight(code, 'ts');

    assert.ok(lines);
    assert.equal(lines.map((line) => line.map(({ text }) => text).join('')).join('\n'), code);
    const kinds = new Set(lines.flat().map(({ kind }) => kind));
    assert.ok(kinds.has('keyword') && kinds.has('comment'), [...kinds].join());
  });

  it('leaves unknown languages and very long code plain', async () => {
    assert.equal(await highlight('x', 'klingon'), null);
    assert.equal(await highlight('x'.repeat(60_001), 'ts'), null);
  });
});
