import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { DIST } from '../support/fake-backend.ts';
import { pageSuite } from '../support/page-suite.ts';
import { answer } from '../support/scripts.ts';
import { stageLong } from '../support/showcase.ts';

/** JavaScript of the first load (login, picker, conversation), gzipped. */
const MAX_EAGER_BYTES = 200_000;
const MAX_STREAM_SCRIPT_SECONDS = 1.5;

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

  it('an answer of 11 kB in 450 steps costs under 1.5 s of script', async () => {
    const { machine } = suite.backend;
    const project = machine.addProject('/home/ada/relay');
    const session = machine.addSession(project.id);
    const { page } = await suite.open(`/m/${machine.id}/s/${session.id}`);
    const text = longAnswer();
    machine.script = () => answer(text, Math.ceil(text.length / 450));
    const field = page.getByRole('textbox', { name: 'Prompt for the agent' });
    await field.fill('Explain everything');
    const devtools = await page.context().newCDPSession(page);
    await devtools.send('Performance.enable');
    const before = await scriptSeconds(devtools);

    await field.press('Enter');
    await page.locator('.row-footer').waitFor({ timeout: 60_000 });

    const spent = (await scriptSeconds(devtools)) - before;
    assert.ok(spent < MAX_STREAM_SCRIPT_SECONDS, `${spent.toFixed(2)} s of script`);
  });

  it('a session of 2,000 messages opens at its end, draws few rows and scrolls without long frames', async () => {
    const { machine } = suite.backend;
    const project = machine.addProject('/home/ada/relay');
    const id = stageLong(machine, project.id, 2000);
    const { page } = await suite.open(`/m/${machine.id}/s/${id}`);
    await page.getByText('Question 999: what about case 6993?').waitFor();
    assert.ok((await page.locator('.row').count()) < 80);

    const frames = await page.locator('.conversation-scroll').evaluate(async (list) => {
      const times: number[] = [];
      let last = performance.now();
      for (let step = 0; step < 90; step++) {
        list.scrollTop -= 400;
        await new Promise((resolve) => requestAnimationFrame(resolve));
        times.push(performance.now() - last);
        last = performance.now();
      }
      return times.toSorted((one, other) => one - other);
    });

    const p90 = frames[Math.floor(frames.length * 0.9)] ?? Infinity;
    assert.ok(p90 < 60, `90 % of frames under ${p90.toFixed(0)} ms`);
  });
});

async function scriptSeconds(devtools: {
  send(method: 'Performance.getMetrics'): Promise<{ metrics: { name: string; value: number }[] }>;
}) {
  const { metrics } = await devtools.send('Performance.getMetrics');
  return metrics.find(({ name }) => name === 'ScriptDuration')?.value ?? 0;
}

function longAnswer(): string {
  const section = (index: number) =>
    `## Part ${index}\n\nThe relay **forwards** frames by a header of \`32\` bytes and never reads a payload. ` +
    `See [the record](https://example.com/${index}) for the reason.\n\n- one thing\n- another *thing*\n\n` +
    `| a | b |\n| - | - |\n| ${index} | ${index * 2} |\n\n\`\`\`ts\nconst part = ${index};\nexport function run(): number {\n  return part * 2;\n}\n\`\`\`\n\n`;
  return Array.from({ length: 30 }, (_, index) => section(index))
    .join('')
    .slice(0, 11_000);
}
