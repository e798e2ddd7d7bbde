import { strict as assert } from 'node:assert';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { completePath } from '../../src/requests/path-completion.ts';
import { useCleanUp } from '../support/clean-up.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';

describe('completing a path', () => {
  const defer = useCleanUp();

  it('gives directories that begin so, with those that hold a repository marked, and no files', async () => {
    const home = homeWith(['work/.git', 'world', 'play', '.hidden']);
    writeFileSync(join(home, 'words.txt'), '');

    const entries = await completePath(join(home, 'wo'), home);

    assert.deepEqual(entries, [
      { path: join(home, 'work'), name: 'work', repository: true },
      { path: join(home, 'world'), name: 'world', repository: false },
    ]);
  });

  it('begins at home for nothing and for ~/, and shows hidden directories', async () => {
    const home = homeWith(['a', '.hidden']);

    for (const prefix of ['', '~', '~/']) {
      assert.deepEqual(
        (await completePath(prefix, home)).map((entry) => entry.name),
        ['.hidden', 'a'],
        prefix,
      );
    }
  });

  it('gives at most 50', async () => {
    const home = homeWith(Array.from({ length: 60 }, (_, index) => `d${index}`));

    assert.equal((await completePath(`${home}/d`, home)).length, 50);
  });

  for (const prefix of ['/etc/../root', 'relative', '/a\0b', `/${'x'.repeat(5000)}`]) {
    it(`refuses ${JSON.stringify(prefix.slice(0, 20))}`, async () => {
      await assert.rejects(completePath(prefix, '/home/ada'), { code: 'bad-input' });
    });
  }

  it('completes to nothing where there is nothing to read', async () => {
    assert.deepEqual(await completePath('/no/such/place/at-all', '/'), []);
  });

  function homeWith(directories: readonly string[]): string {
    const home = temporaryDirectory(defer);
    for (const directory of directories) mkdirSync(join(home, directory), { recursive: true });
    return home;
  }
});
