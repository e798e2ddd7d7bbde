/**
 * What the main examples render to, whole, so that a change of a template shows in review. Written anew by
 * `SPECTRAL_UPDATE_GOLDEN=1 npm test -- --only golden`.
 */
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'mocha';
import { stringify } from 'yaml';
import { render } from './support/helm.ts';
import { withoutRandom } from './support/without-random.ts';

const FOLDER = join(import.meta.dirname, 'golden');

describe('the rendered objects', function () {
  this.timeout(20_000);
  for (const example of ['eval', 'ha']) {
    it(`of example ${example} are those in golden/${example}.yaml`, async () => {
      const objects = withoutRandom(await render([example]));
      const text = objects
        .map((object) => stringify(object, { lineWidth: 0, aliasDuplicateObjects: false }))
        .join('---\n');
      const path = join(FOLDER, `${example}.yaml`);
      if (process.env['SPECTRAL_UPDATE_GOLDEN'] === '1') writeFileSync(path, text);

      assert.equal(text, readFileSync(path, 'utf8'));
    });
  }
});
