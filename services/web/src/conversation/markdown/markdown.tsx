// An answer's Markdown, rendered while it streams: finished blocks are never read or rendered twice.
import { memo, useState } from 'react';
import type { Token } from 'marked';
import { NO_BLOCKS, readBlocks } from './blocks.ts';
import { Block } from './block.tsx';
import './markdown.css';

const DEEPEST = 6;

/** `complete`: no more text will come. */
export const Markdown = memo(function Markdown({ text, complete }: { text: string; complete: boolean }) {
  const [held, setHeld] = useState(NO_BLOCKS);
  const read = readBlocks(held, text, complete);
  // Keeping what was read for the next step: React's way to derive state from the props before.
  if (read !== held) setHeld(read);
  const topDepth = Math.min(...read.blocks.map(depthOf));
  return (
    <div className="markdown">
      {read.blocks.map((token, index) => (
        <Block key={index} token={token} finished={complete || index < read.finished} topDepth={topDepth} />
      ))}
    </div>
  );
});

function depthOf(token: Token): number {
  return token.type === 'heading' && typeof token.depth === 'number' ? token.depth : DEEPEST;
}
