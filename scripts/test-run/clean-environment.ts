// The environment in which a suite runs: the same on every machine, whoever starts it.

import { RUN_MARK } from './leftovers.ts';

/** Settings of Spectral and keys of the person at the keyboard must not steer a test, nor be spent by one. */
const STEERING = /^(SPECTRAL_|npm_)|_API_KEY$|^(DATABASE_URL|REDIS_URL|FORCE_COLOR|NODE_OPTIONS)$/;

/** `env` without what steers, with a home and a temporary folder of the suite's own. */
export function cleanEnvironment(env: NodeJS.ProcessEnv, folder: string, mark: string): NodeJS.ProcessEnv {
  const kept = Object.entries(env).filter(([name]) => !STEERING.test(name));
  return { ...Object.fromEntries(kept), HOME: folder, TMPDIR: folder, NO_COLOR: '1', [RUN_MARK]: mark };
}
