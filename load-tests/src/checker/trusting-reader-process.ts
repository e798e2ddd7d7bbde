/**
 * A reader whose client believes that the network loses nothing: it applies live events that begin beyond its cursor.
 * It shows that the faults of a run do lose events, and that only the cursor brings them back.
 */
import { readFileSync } from 'node:fs';
import { registerHooks } from 'node:module';

const TRACKER = '/proto/client/cursor-tracker.ts';
/** What the client does with live events, and what this one does. */
const CAREFUL = 'take(seq, frame.events, { skips: false })';
const TRUSTING = 'take(seq, frame.events, { skips: true })';

registerHooks({
  load(url, context, nextLoad) {
    const loaded = nextLoad(url, context);
    if (!url.endsWith(TRACKER)) return loaded;
    const source = readFileSync(new URL(url), 'utf8');
    if (!source.includes(CAREFUL)) throw new Error(`${url}: expected to find "${CAREFUL}"`);
    return { ...loaded, source: source.replace(CAREFUL, TRUSTING) };
  },
});
await import('./reader-process.ts');
