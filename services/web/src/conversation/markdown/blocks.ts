/**
 * Reads growing Markdown into blocks, re-reading only its end.
 *
 *   text:    [ finished blocks … ][ tail: the last two blocks, read again on every step ]
 *
 * A block is finished once two later ones exist: text added at the end then no longer changes it. Exceptions (a link
 * defined at the very bottom) come right when the message is complete: it is then read once as a whole.
 */
import { lexer, type Token } from 'marked';

export interface Blocks {
  readonly text: string;
  readonly complete: boolean;
  readonly blocks: readonly Token[];
  /** How many of `blocks` are finished, and where in `text` the first unfinished one begins. */
  readonly finished: number;
  readonly tailStart: number;
}

export const NO_BLOCKS: Blocks = { text: '', complete: false, blocks: [], finished: 0, tailStart: 0 };

/** Blocks that may still change while text is added. */
const TAIL_BLOCKS = 2;

/** Finished blocks stay the same objects from one step to the next. `text` may also be replaced by another one. */
export function readBlocks(before: Blocks, text: string, complete: boolean): Blocks {
  if (before.text === text && before.complete === complete) return before;
  if (complete) return readWhole(text);
  const grown = !before.complete && text.startsWith(before.text) ? before : NO_BLOCKS;
  const tail = lexer(text.slice(grown.tailStart));
  const finishedInTail = countFinished(tail);
  return {
    text,
    complete,
    blocks: [...grown.blocks.slice(0, grown.finished), ...tail],
    finished: grown.finished + finishedInTail,
    tailStart: grown.tailStart + lengthOf(tail.slice(0, finishedInTail)),
  };
}

function readWhole(text: string): Blocks {
  const blocks = lexer(text);
  return { text, complete: true, blocks, finished: blocks.length, tailStart: text.length };
}

/** All up to the second last block that is no blank space. */
function countFinished(tail: readonly Token[]): number {
  let kept = TAIL_BLOCKS;
  for (let index = tail.length - 1; index >= 0; index--) {
    if (tail[index]?.type !== 'space' && --kept === 0) return index;
  }
  return 0;
}

function lengthOf(tokens: readonly Token[]): number {
  return tokens.reduce((sum, token) => sum + token.raw.length, 0);
}
