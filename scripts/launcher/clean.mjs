// `npm run clean`: removes what running and building leave behind, and never the data of a running instance.

import { existsSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { homedir } from 'node:os';
import { join, relative, resolve, sep } from 'node:path';
import { Stop, say } from './say.mjs';

const BUILD_OUTPUTS = ['services/web/dist', 'agent/dist', 'test-results', 'node_modules/.cache'];

/**
 * Removes the data directory (`SPECTRAL_DATA_DIR`, default `.spectral-data` of the repository) and build outputs.
 * Throws `Stop` while an instance runs there, or when the directory is one that cannot be Spectral's alone.
 */
export function clean(root, env) {
  const dataDir = resolve(root, env.SPECTRAL_DATA_DIR || '.spectral-data');
  refuseShared(dataDir, root);
  refuseForeign(dataDir);
  refuseRunning(dataDir);
  for (const path of [dataDir, ...BUILD_OUTPUTS.map((output) => join(root, output))]) remove(path);
  return 0;
}

function refuseShared(dataDir, root) {
  const holdsOthers = [root, homedir()].some((precious) =>
    `${precious}${sep}`.startsWith(withEndingSeparator(dataDir)),
  );
  if (holdsOthers)
    throw new Stop(`SPECTRAL_DATA_DIR=${dataDir} holds more than Spectral's data; remove its files by hand.`);
}

/** Every data directory has a `machine` folder; files without it are somebody else's. */
function refuseForeign(dataDir) {
  const names = existsSync(dataDir) ? readdirSync(dataDir) : [];
  if (names.length > 0 && !names.includes('machine')) {
    throw new Stop(
      `${dataDir} was not made by Spectral (it has no machine folder); remove it by hand if it is.`,
    );
  }
}

function withEndingSeparator(path) {
  return path.endsWith(sep) ? path : `${path}${sep}`;
}

function refuseRunning(dataDir) {
  const pid = pidIn(join(dataDir, 'standalone.pid'));
  if (pid !== null && isAlive(pid)) {
    throw new Stop(
      `Spectral is running in ${dataDir} (process ${pid}). Stop it (Ctrl-C there), then clean again.`,
    );
  }
}

function pidIn(file) {
  if (!existsSync(file)) return null;
  const pid = Number.parseInt(readFileSync(file, 'utf8'), 10);
  return pid > 0 ? pid : null;
}

function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM'; // it lives, under another user
  }
}

function remove(path) {
  if (!existsSync(path)) return;
  rmSync(path, { recursive: true, force: true });
  say(`removed ${relative(process.cwd(), path) || path}`);
}
