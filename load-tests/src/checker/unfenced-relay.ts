/** Loaded before a relay: a machine's older link stays, though a newer one is up elsewhere. */
import { replaceInSource } from './replace-source.ts';

replaceInSource('/services/relay/src/routing/held-machines.ts', [
  [
    'if (machine && machine.epoch < by.epoch) this.#supersede',
    'if (by.epoch < 0 && machine) this.#supersede',
  ],
]);
