/** Loaded before a relay: a reader gets a session's history at once, and its events only from a moment later on. */
import { replaceInSource } from './replace-source.ts';

const LATE_MS = 400;

replaceInSource('/services/relay/src/routing/held-machine.ts', [
  [
    'this.#under.interest.add(channel, podId, reader);',
    `setTimeout(() => this.#under.interest.add(channel, podId, reader), ${LATE_MS});`,
  ],
  ['if (!peer || !this.#under.interest.has(channel, peer.podId, peer.reader))', 'if (!peer)'],
]);
