// Chooses the Node that runs Spectral: the caller's own when new enough, else the one pinned in the lockfile.

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { Stop } from './say.mjs';

/** undici 8, which speaks to the model providers, needs this; older releases also crash in better-sqlite3 13. */
export const OLDEST_NODE = [22, 19];

/**
 * Path of the Node to use. `current` is `{ version, execPath, platform, arch }` of the running one.
 * `SPECTRAL_PINNED_NODE=1` takes the pinned one even when the caller's would do (continuous integration).
 */
export function chooseNode(root, current, env) {
  const forced = env.SPECTRAL_PINNED_NODE === '1';
  if (!forced && isNewEnough(current.version)) return current.execPath;

  const pinned = pinnedNode(root, current.platform, current.arch);
  if (existsSync(pinned)) return pinned;
  throw new Stop(
    `Spectral needs Node ${OLDEST_NODE.join('.')} or newer; this is ${current.version}, ` +
      `and no Node is packaged for ${current.platform}-${current.arch}. Install Node 24 and try again.`,
  );
}

/** Whether `version` (`v22.19.0`) is at least `OLDEST_NODE`. */
export function isNewEnough(version) {
  const [major, minor] = version.slice(1).split('.').map(Number);
  return major > OLDEST_NODE[0] || (major === OLDEST_NODE[0] && minor >= OLDEST_NODE[1]);
}

function pinnedNode(root, platform, arch) {
  const os = platform === 'win32' ? 'win' : platform;
  return join(root, 'node_modules', `node-${os}-${arch}`, 'bin', platform === 'win32' ? 'node.exe' : 'node');
}
