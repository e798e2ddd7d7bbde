import assert from 'node:assert/strict';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { clean } from '../../launcher/clean.mjs';

describe('npm run clean', () => {
  let root: string;

  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'clean-'));
    mkdirSync(join(root, '.spectral-data/machine'), { recursive: true });
    mkdirSync(join(root, 'services/web/dist'), { recursive: true });
    mkdirSync(join(root, 'services/web/src'), { recursive: true });
  });

  afterEach(() => rmSync(root, { recursive: true }));

  it('removes data and build outputs and nothing else', () => {
    clean(root, {});

    const left = ['.spectral-data', 'services/web/dist', 'services/web/src'].map((path) =>
      existsSync(join(root, path)),
    );
    assert.deepEqual(left, [false, false, true]);
  });

  it('removes the data directory that SPECTRAL_DATA_DIR names', () => {
    const elsewhere = join(root, 'elsewhere');
    mkdirSync(elsewhere);

    clean(root, { SPECTRAL_DATA_DIR: elsewhere });

    assert.equal(existsSync(elsewhere), false);
    assert.equal(existsSync(join(root, '.spectral-data')), true);
  });

  it('refuses while an instance is running, and names its process', () => {
    writeFileSync(join(root, '.spectral-data/standalone.pid'), `${process.pid}\n`);

    assert.throws(() => clean(root, {}), new RegExp(`running in .*\\(process ${process.pid}\\)`));
    assert.equal(existsSync(join(root, '.spectral-data/machine')), true);
  });

  it('a pid file that a crash left behind does not stop it', () => {
    writeFileSync(join(root, '.spectral-data/standalone.pid'), '999999999\n');

    clean(root, {});

    assert.equal(existsSync(join(root, '.spectral-data')), false);
  });

  it('refuses a directory that Spectral did not make', () => {
    const photos = join(root, 'photos');
    mkdirSync(join(photos, 'summer'), { recursive: true });

    assert.throws(() => clean(root, { SPECTRAL_DATA_DIR: photos }), /photos was not made by Spectral/);
    assert.equal(existsSync(join(photos, 'summer')), true);
  });

  it('refuses a directory that holds the repository or a home', () => {
    for (const folder of ['/', root, dirname(root), homedir()]) {
      assert.throws(() => clean(root, { SPECTRAL_DATA_DIR: folder }), /holds more than Spectral's data/);
    }
  });
});
