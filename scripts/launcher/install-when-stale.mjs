// Installs the locked packages when they are missing or were installed from another lockfile.
// The stamp lies inside node_modules, so it disappears together with what it vouches for.

import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Stop, say } from './say.mjs';

/**
 * Runs `npm ci` in `root` unless the installed packages already match `package-lock.json`.
 * Takes the npm that started us (`npm_execpath`), so that no second npm has to be on PATH.
 */
export function installWhenStale(root, env) {
  const wanted = lockDigest(root);
  if (stampedDigest(root) === wanted) return;
  if (installedByHand(root)) return writeStamp(root, wanted);

  say('installing the locked packages (20 to 40 s) …');
  const startedAt = Date.now();
  const exitCode = npmCi(root, env);
  if (exitCode !== 0) throw new Stop(`npm ci failed (exit code ${exitCode}); its own message is above.`);
  writeStamp(root, wanted);
  say(`packages installed in ${((Date.now() - startedAt) / 1000).toFixed(0)} s.`);
}

function lockDigest(root) {
  return createHash('sha256')
    .update(readFileSync(join(root, 'package-lock.json')))
    .digest('hex');
}

function stampedDigest(root) {
  try {
    return readFileSync(stampFile(root), 'utf8').trim();
  } catch {
    return null; // no stamp: never installed by us, or an install that was cut short
  }
}

function writeStamp(root, digest) {
  writeFileSync(stampFile(root), `${digest}\n`);
}

/**
 * Whether npm's own record of node_modules already agrees with the lockfile, as it does after `npm install X`.
 * Optional packages may be missing: npm leaves out those of other platforms.
 */
function installedByHand(root) {
  const installed = packagesIn(join(root, 'node_modules', '.package-lock.json'));
  if (installed === null) return false;
  return Object.entries(packagesIn(join(root, 'package-lock.json')) ?? {}).every(([path, locked]) => {
    if (!path.startsWith('node_modules/') && !path.includes('/node_modules/')) return true; // our own workspaces
    const there = installed[path];
    if (there === undefined) return locked.optional === true || locked.devOptional === true;
    return there.version === locked.version && there.integrity === locked.integrity;
  });
}

function packagesIn(lockfile) {
  try {
    return JSON.parse(readFileSync(lockfile, 'utf8')).packages;
  } catch {
    return null; // not there, or half written: the same as not installed
  }
}

function stampFile(root) {
  return join(root, 'node_modules', '.spectral-lock-sha256');
}

function npmCi(root, env) {
  // Warnings about engines would speak of the Node that installs, not of the one that runs.
  const args = ['ci', '--no-fund', '--no-audit', '--loglevel=error'];
  const options = { cwd: root, env, stdio: ['ignore', 2, 2] };
  const npm = env.npm_execpath;
  const result = npm
    ? spawnSync(process.execPath, [npm, ...args], options)
    : spawnSync('npm', args, { ...options, shell: process.platform === 'win32' });
  if (result.error)
    throw new Stop(`npm could not be started: ${result.error.message}. Install npm 10 or newer.`);
  return result.status ?? 1;
}
