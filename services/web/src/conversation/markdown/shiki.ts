// The parts of shiki the page uses, in one chunk of their own.
export { createCssVariablesTheme, createHighlighterCore } from 'shiki/core';
export { createJavaScriptRegexEngine } from 'shiki/engine/javascript';
