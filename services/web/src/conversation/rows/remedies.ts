/** Where in the page to mend an error of a session, by its code; null where the message says it all. */

const REMEDIES: Readonly<Record<string, string>> = {
  'model-not-granted': 'Models are chosen below, and granted in Settings → Models.',
  'model-unknown': 'Models are chosen below, and granted in Settings → Models.',
  'request-too-large': 'Compact the session from the menu above, or fork it.',
};

export function remedyFor(code: string): string | null {
  return REMEDIES[code] ?? null;
}
