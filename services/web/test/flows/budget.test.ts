import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { DIST } from '../support/fake-backend.ts';
import { pageSuite } from '../support/page-suite.ts';
import { stageLong } from '../support/showcase.ts';

/** JavaScript of the first load (login, picker, conversation), gzipped. */
const MAX_EAGER_BYTES = 200_000;

interface Chunk {
  readonly file: string;
  readonly imports?: readonly string[];
}

describe('budgets', function () {
  this.timeout(90_000);
  const suite = pageSuite();

  it('the first load stays under 200 kB of gzipped JavaScript', () => {
    const manifest = JSON.parse(readFileSync(join(DIST, '.vite/manifest.json'), 'utf8')) as Record<
      string,
      Chunk
    >;
    const eager = new Set<string>();
    const visit = (name: string): void => {
      const chunk = manifest[name];
      if (!chunk || eager.has(chunk.file)) return;
      eager.add(chunk.file);
      for (const next of chunk.imports ?? []) visit(next);
    };
    visit('index.html');

    const bytes = [...eager].reduce((sum, file) => sum + gzipSync(readFileSync(join(DIST, file))).length, 0);

    assert.ok(bytes > 10_000 && bytes < MAX_EAGER_BYTES, `${bytes} bytes in ${[...eager].join(', ')}`);
  });

  it('nothing in the built page needs more than default-src self', () => {
    const html = readFileSync(join(DIST, 'index.html'), 'utf8');

    assert.ok(!/<script(?![^>]*\ssrc=)/.test(html), 'an inline script');
    assert.ok(!/<style|\sstyle=/.test(html), 'an inline style');
    for (const file of readdirSync(join(DIST, 'assets')).filter((name) => name.endsWith('.css'))) {
      assert.ok(!/url\(["']?(data:|https?:)/.test(readFileSync(join(DIST, 'assets', file), 'utf8')), file);
    }
  });

  it('a session of 2,000 messages opens at its end and draws few rows, also after scrolling far', async () => {
    const { machine } = suite.backend;
    const project = machine.addProject('/home/ada/relay');
    const id = stageLong(machine, project.id, 2000);
    const { page } = await suite.open(`/m/${machine.id}/s/${id}`);
    await page.getByText('Question 999: what about case 6993?').waitFor();
    assert.ok((await page.locator('.row').count()) < 80);

    await page.locator('.conversation-scroll').evaluate((list) => (list.scrollTop /= 2));
    await page
      .getByText(/Question 4\d\d|Question 5\d\d/)
      .first()
      .waitFor();
    assert.ok((await page.locator('.row').count()) < 80);
  });
});
