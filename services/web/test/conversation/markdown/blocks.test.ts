import assert from 'node:assert/strict';
import { lexer } from 'marked';
import { NO_BLOCKS, readBlocks, type Blocks } from '../../../src/conversation/markdown/blocks.ts';

const TEXT = `# Title

A paragraph of
two lines.

- one
- two

  still two

| a | b |
| - | - |
| 1 | 2 |

\`\`\`ts
const a = 1;

const b = 2;
\`\`\`

> quote
last

1. x
2. y
`;

/** Reads a text in steps of `size` characters. */
function stream(text: string, size: number): Blocks {
  let blocks = NO_BLOCKS;
  for (let end = size; end < text.length + size; end += size)
    blocks = readBlocks(blocks, text.slice(0, end), false);
  return blocks;
}

describe('blocks', () => {
  for (const size of [1, 3, 7, 50]) {
    it(`a text read in steps of ${size} gives the blocks of the whole text`, () => {
      const raw = stream(TEXT, size).blocks.map((block) => block.raw);

      assert.deepEqual(raw.join(''), TEXT);
      assert.deepEqual(
        stream(TEXT, size).blocks.map((block) => block.type),
        lexer(TEXT).map((block) => block.type),
      );
    });
  }

  it('finished blocks stay the same objects while text is added', () => {
    const before = readBlocks(NO_BLOCKS, 'one\n\ntwo\n\nthree\n\nfour', false);

    const after = readBlocks(before, 'one\n\ntwo\n\nthree\n\nfour and more', false);

    assert.ok(before.finished > 0);
    assert.equal(after.blocks[0], before.blocks[0]);
  });

  it('a step re-reads only the end of the text', () => {
    const paragraphs = Array.from({ length: 200 }, (_, index) => `Paragraph ${index}.`).join('\n\n');

    const blocks = stream(paragraphs, 40);

    assert.ok(
      paragraphs.length - blocks.tailStart < 60,
      `tail of ${paragraphs.length - blocks.tailStart} characters`,
    );
  });

  it('a link defined at the bottom works once the text is complete', () => {
    const text = 'See [the record][1] first.\n\nThen this.\n\nAnd that.\n\n[1]: https://example.com/record';

    const complete = readBlocks(stream(text, 5), text, true);

    assert.match(JSON.stringify(complete.blocks[0]), /"href":"https:\/\/example.com\/record"/);
  });

  it('another text than before is read from its beginning', () => {
    const before = stream('one\n\ntwo\n\nthree', 4);

    const after = readBlocks(before, 'quite another', false);

    assert.equal(after.blocks.map((block) => block.raw).join(''), 'quite another');
  });
});
