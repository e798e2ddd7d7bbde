// What is generated is up to date, and the sources it is made of are complete.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'mocha';
import { generatedFiles } from '../../charts/generated-files.ts';
import { valueComments } from '../../charts/value-comments.ts';
import { repositoryRoot } from '../../repository.ts';

describe('generated files of the charts', () => {
  for (const { path, content } of generatedFiles(repositoryRoot)) {
    it(`are what their sources say: ${path} (else: npm run ts -- scripts/charts/main.ts)`, () => {
      const found = readFileSync(join(repositoryRoot, path), 'utf8');

      // The formatter has the last word on how JSON looks.
      if (path.endsWith('.json')) assert.deepEqual(JSON.parse(found), JSON.parse(content));
      else assert.equal(found, content);
    });
  }

  for (const chart of ['spectral', 'spectral-crds']) {
    it(`say something of every value of ${chart}`, () => {
      const values = readFileSync(join(repositoryRoot, 'charts', chart, 'values.yaml'), 'utf8');

      const comments = valueComments(values);
      assert.ok(comments.length >= 3);
      assert.deepEqual(
        comments.filter(({ text }) => text === '').map(({ path }) => path),
        [],
      );
    });
  }
});
