// An answer's Markdown, rendered while it streams: finished blocks are never read or rendered twice.
import { memo, useState } from 'react';
import { NO_BLOCKS, readBlocks } from './blocks.ts';
import { Block } from './block.tsx';
import './markdown.css';

/** `complete`: no more text will come. */
export const Markdown = memo(function Markdown({ text, complete }: { text: string; complete: boolean }) {
  const [held, setHeld] = useState(NO_BLOCKS);
  const read = readBlocks(held, text, complete);
  // Keeping what was read for the next step: React's way to derive state from the props before.
  if (read !== held) setHeld(read);
  return (
    <div className="markdown">
      {read.blocks.map((token, index) => (
        <Block key={index} token={token} finished={complete || index < read.finished} />
      ))}
    </div>
  );
});
