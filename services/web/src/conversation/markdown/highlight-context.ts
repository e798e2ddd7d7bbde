// The one highlighter of the page, handed to every block of code.
import { createContext, useContext } from 'react';
import type { Highlight } from './highlight.ts';

/** Without a provider code stays plain. */
export const HighlightContext = createContext<Highlight>(() => Promise.resolve(null));

export function useHighlight(): Highlight {
  return useContext(HighlightContext);
}
