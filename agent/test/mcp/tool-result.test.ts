import assert from 'node:assert/strict';
import { agentContent, cutText, TEXT_LIMIT } from '../../src/mcp/tool-result.ts';

describe("an MCP tool's result", () => {
  it('is whole up to 20,000 characters', () => {
    assert.equal(cutText('x'.repeat(TEXT_LIMIT)), 'x'.repeat(TEXT_LIMIT));
  });

  it('says what was left out beyond that, and cuts no character in half', () => {
    const cut = cutText(`${'x'.repeat(TEXT_LIMIT - 1)}🙂 and more`);

    assert.match(cut, /^x+\n\n\[11 of 20010 characters left out/);
    assert.ok(cut.isWellFormed());
  });

  it('keeps images and shows anything else as its JSON', () => {
    const blocks = [
      { type: 'image', data: 'AA==', mimeType: 'image/png' },
      { type: 'resource_link', uri: 'file:///a' },
    ];

    assert.deepEqual(agentContent(blocks), [
      blocks[0],
      { type: 'text', text: '{"type":"resource_link","uri":"file:///a"}' },
    ]);
  });
});
