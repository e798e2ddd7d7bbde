// The environment in which a suite runs: the same on every machine, whoever starts it.

import { cacheFolder } from '../kubernetes-assets/cache.ts';
import { RUN_MARK } from './leftovers.ts';

/** Settings of Spectral and keys of the person at the keyboard must not steer a test, nor be spent by one. */
const STEERING =
  /^(SPECTRAL_(?!K8S_ASSETS$)|npm_)|_API_KEY$|^(DATABASE_URL|REDIS_URL|FORCE_COLOR|NODE_OPTIONS)$/;

/**
 * `env` without what steers, with a home and a temporary folder of the suite's own. What took minutes to make is
 * found where the person's own environment keeps it.
 */
export function cleanEnvironment(env: NodeJS.ProcessEnv, folder: string, mark: string): NodeJS.ProcessEnv {
  const kept = Object.entries(env).filter(([name]) => !STEERING.test(name));
  const own = { HOME: folder, TMPDIR: folder, NO_COLOR: '1', SPECTRAL_K8S_CACHE: cacheFolder(env) };
  return { ...Object.fromEntries(kept), ...own, [RUN_MARK]: mark };
}
