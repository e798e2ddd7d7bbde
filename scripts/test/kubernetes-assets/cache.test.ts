import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { cacheFolder, cached, folderOf } from '../../kubernetes-assets/cache.ts';

const recipe = { name: 'cake', ingredients: { flour: '1' } };

describe('things kept outside the checkout', function () {
  this.timeout(10_000);
  let root: string;
  beforeEach(() => void (root = mkdtempSync(join(tmpdir(), 'kept-'))));
  afterEach(() => rmSync(root, { recursive: true, force: true }));

  it('are made once', async () => {
    let times = 0;
    const make = async (out: string) => writeFileSync(join(out, 'cake'), String((times += 1)));

    const first = await cached(root, recipe, make);
    const second = await cached(root, recipe, make);

    assert.equal(first, second);
    assert.equal(readFileSync(join(first, 'cake'), 'utf8'), '1');
    assert.deepEqual(readdirSync(root), [first.slice(root.length + 1)]);
  });

  it('are other things when they are made of something else', () => {
    assert.notEqual(folderOf(root, recipe), folderOf(root, { ...recipe, ingredients: { flour: '2' } }));
  });

  it('do not exist when they were not finished, and what was fetched for them is there again', async () => {
    const fails = cached(root, recipe, async (out, work) => {
      writeFileSync(join(out, 'cake'), 'half');
      writeFileSync(join(work, 'fetched'), 'flour');
      throw new Error('the oven is cold');
    });
    await assert.rejects(fails, /oven is cold/);

    const folder = await cached(root, recipe, async (out, work) => {
      assert.deepEqual(readdirSync(out), []);
      writeFileSync(join(out, 'cake'), readFileSync(join(work, 'fetched')));
    });

    assert.equal(readFileSync(join(folder, 'cake'), 'utf8'), 'flour');
  });

  it('are made once by three processes that want them at the same moment', async () => {
    const script = `
      import { cached } from ${JSON.stringify(join(import.meta.dirname, '../../kubernetes-assets/cache.ts'))};
      import { appendFileSync } from 'node:fs';
      await cached(${JSON.stringify(root)}, ${JSON.stringify(recipe)}, async (out) => {
        appendFileSync(${JSON.stringify(join(root, 'made'))}, 'x');
        await new Promise((resolve) => setTimeout(resolve, 200));
        appendFileSync(out + '/cake', 'whole');
      });`;
    const runs = [1, 2, 3].map(() =>
      spawn(process.execPath, ['--input-type=module-typescript', '-e', script], { stdio: 'ignore' }),
    );

    const codes = await Promise.all(runs.map(async (run) => (await once(run, 'exit'))[0] as number));

    assert.deepEqual(codes, [0, 0, 0]);
    assert.equal(readFileSync(join(root, 'made'), 'utf8'), 'x');
    assert.equal(readFileSync(join(folderOf(root, recipe), 'cake'), 'utf8'), 'whole');
  });

  it('can be made after a process that was making them was killed', async () => {
    const script = `
      import { cached } from ${JSON.stringify(join(import.meta.dirname, '../../kubernetes-assets/cache.ts'))};
      await cached(${JSON.stringify(root)}, ${JSON.stringify(recipe)}, () => {
        console.log('making');
        return new Promise((resolve) => setTimeout(resolve, 60_000));
      });`;
    const run = spawn(process.execPath, ['--input-type=module-typescript', '-e', script], {
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    await once(run.stdout, 'data');
    run.kill('SIGKILL');

    const folder = await cached(root, recipe, async (out) => writeFileSync(join(out, 'cake'), 'whole'));

    assert.deepEqual(readdirSync(folder), ['cake']);
  });

  it('lie where SPECTRAL_K8S_CACHE says, else among the user’s caches', () => {
    assert.equal(cacheFolder({ SPECTRAL_K8S_CACHE: '/there', XDG_CACHE_HOME: '/caches' }), '/there');
    assert.equal(cacheFolder({ XDG_CACHE_HOME: '/caches' }), '/caches/spectral/kubernetes');
    assert.match(cacheFolder({}), /\.cache\/spectral\/kubernetes$/);
  });
});
