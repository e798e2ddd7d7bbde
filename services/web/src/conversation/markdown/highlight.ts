/**
 * Colours of code, loaded on demand: the engine with the first block, each language with its first use.
 * Colours are classes over the theme's custom properties, so that light and dark need no second run.
 */
import type { HighlighterCore, LanguageInput, ThemedToken } from 'shiki/core';
import { languageOf, LANGUAGES } from './languages.ts';

/** A piece of a line and the part of speech it is, such as `keyword`; null for plain text. */
export interface Piece {
  readonly text: string;
  readonly kind: string | null;
}
export type Highlight = (code: string, language: string) => Promise<readonly (readonly Piece[])[] | null>;

/** Longer code stays plain: colouring it would hold the page. */
const MAX_CHARS = 60_000;
/** A line that takes longer stays plain from there on. A slow device needs long for the first line in a language. */
const LINE_LIMIT_MS = 5_000;
const VARIABLE = /^var\(--code-(?:token-)?([a-z-]+)\)$/;

/** Gives null for a language without colours and for code that is too long. */
export function createHighlight(): Highlight {
  let engine: Promise<HighlighterCore> | null = null;
  return async (code, name) => {
    const language = languageOf(name);
    if (!language || code.length > MAX_CHARS) return null;
    engine ??= startEngine();
    const highlighter = await engine;
    if (!highlighter.getLoadedLanguages().includes(language)) {
      await highlighter.loadLanguage(LANGUAGES[language] satisfies LanguageInput);
    }
    const { tokens } = highlighter.codeToTokens(code, {
      lang: language,
      theme: 'css-variables',
      tokenizeTimeLimit: LINE_LIMIT_MS,
    });
    return tokens.map((line) => line.map(pieceOf));
  };
}

async function startEngine(): Promise<HighlighterCore> {
  const { createHighlighterCore, createJavaScriptRegexEngine, createCssVariablesTheme } =
    await import('./shiki.ts');
  return createHighlighterCore({
    themes: [createCssVariablesTheme({ name: 'css-variables', variablePrefix: '--code-' })],
    langs: [],
    engine: createJavaScriptRegexEngine({ forgiving: true }),
  });
}

function pieceOf(token: ThemedToken): Piece {
  const kind = VARIABLE.exec(token.color ?? '')?.[1] ?? null;
  return { text: token.content, kind: kind === 'foreground' ? null : kind };
}
