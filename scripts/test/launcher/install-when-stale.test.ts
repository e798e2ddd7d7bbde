import assert from 'node:assert/strict';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { installWhenStale } from '../../launcher/install-when-stale.mjs';

describe('installing when stale', () => {
  let root: string;
  let npm: string;

  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'install-'));
    npm = join(root, 'npm.cjs');
    lock({ ws: '1.0.0' });
    fakeNpm(
      `fs.mkdirSync('node_modules', { recursive: true }); fs.appendFileSync('calls', process.argv[2] + ' ');`,
    );
  });

  afterEach(() => rmSync(root, { recursive: true }));

  it('a checkout without packages is installed once', () => {
    install();
    install();

    assert.equal(calls(), 'ci ');
  });

  it('another lockfile installs again', () => {
    install();
    lock({ ws: '2.0.0' });
    install();

    assert.equal(calls(), 'ci ci ');
  });

  it('packages that npm already brought in line with the lockfile are taken as they are', () => {
    lock({ ws: '2.0.0' });
    installed({ ws: '2.0.0' });

    install();

    assert.equal(calls(), '');
  });

  it('packages that differ from the lockfile are not', () => {
    lock({ ws: '2.0.0', pg: '8.0.0' });
    installed({ ws: '2.0.0' });

    install();

    assert.equal(calls(), 'ci ');
  });

  it('a failed install leaves no stamp and says so in one line', () => {
    fakeNpm(`fs.mkdirSync('node_modules'); process.exit(7);`);

    assert.throws(install, /npm ci failed \(exit code 7\)/);
    assert.equal(existsSync(join(root, 'node_modules/.spectral-lock-sha256')), false);
  });

  function install(): void {
    installWhenStale(root, { ...process.env, npm_execpath: npm });
  }

  function calls(): string {
    return existsSync(join(root, 'calls')) ? readFileSync(join(root, 'calls'), 'utf8') : '';
  }

  function fakeNpm(body: string): void {
    writeFileSync(npm, `const fs = require('node:fs');\n${body}\n`);
  }

  function lock(versions: Readonly<Record<string, string>>): void {
    writeFileSync(join(root, 'package-lock.json'), JSON.stringify({ packages: packagesOf(versions) }));
  }

  function installed(versions: Readonly<Record<string, string>>): void {
    mkdirSync(join(root, 'node_modules'), { recursive: true });
    writeFileSync(
      join(root, 'node_modules/.package-lock.json'),
      JSON.stringify({ packages: packagesOf(versions) }),
    );
  }
});

function packagesOf(versions: Readonly<Record<string, string>>) {
  return Object.fromEntries(
    Object.entries(versions).map(([name, version]) => [`node_modules/${name}`, { version }]),
  );
}
