// Builds the page (services/web) when something that goes into it has changed since the last build.

import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { digestOfFiles } from './digest-of-files.ts';
import { Stop, runMain, say } from './launcher/say.mjs';
import { repositoryRoot } from './repository.ts';

const page = join(repositoryRoot, 'services/web');
const stampFile = join(repositoryRoot, 'node_modules/.cache/spectral/page-build.sha256');

/** All that decides the built page; the lockfile stands for the versions of its packages. */
const inputs = [
  ...['src', 'public', 'index.html', 'vite.config.ts', 'package.json'].map((name) => join(page, name)),
  ...['proto/wire', 'proto/client', 'package-lock.json'].map((name) => join(repositoryRoot, name)),
];

await runMain(buildWhenStale);

function buildWhenStale(): void {
  const digest = digestOfFiles(inputs);
  if (builtDigest() === digest) {
    say('the page is up to date.');
    return;
  }
  say('building the page …');
  const startedAt = Date.now();
  build();
  mkdirSync(dirname(stampFile), { recursive: true });
  writeFileSync(stampFile, digest);
  say(`page built in ${((Date.now() - startedAt) / 1000).toFixed(1)} s.`);
}

/** Digest of the inputs of the build that lies in dist/, or null when there is none. */
function builtDigest(): string | null {
  const built = existsSync(join(page, 'dist/index.html')) && existsSync(stampFile);
  return built ? readFileSync(stampFile, 'utf8') : null;
}

function build(): void {
  const vite = join(repositoryRoot, 'node_modules/vite/bin/vite.js');
  const result = spawnSync(process.execPath, [vite, 'build', '--logLevel', 'warn'], {
    cwd: page,
    stdio: ['ignore', 2, 2],
  });
  if (result.status !== 0) throw new Stop('the page could not be built; the reason is above.');
}
