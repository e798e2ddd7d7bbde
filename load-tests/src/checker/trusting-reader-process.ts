/**
 * A reader whose client believes that the network loses nothing: it applies live events that begin beyond its cursor.
 * It shows that the faults of a run do lose events, and that only the cursor brings them back.
 */
import { replaceInSource } from './replace-source.ts';

replaceInSource('/proto/client/cursor-tracker.ts', [
  ['take(seq, frame.events, { skips: false })', 'take(seq, frame.events, { skips: true })'],
]);
await import('./reader-process.ts');
