// Things that cost minutes to make are made once per machine and kept outside the checkout.

import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { holdLock } from './lock.ts';

/** What a kept thing is called and what it is made of; other ingredients are another thing. */
export interface Recipe {
  readonly name: string;
  readonly ingredients: Readonly<Record<string, string>>;
}

/** The folder all of it is kept in: `SPECTRAL_K8S_CACHE`, else `spectral/kubernetes` among the user's caches. */
export function cacheFolder(env: NodeJS.ProcessEnv): string {
  return (
    env.SPECTRAL_K8S_CACHE ?? join(env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'spectral', 'kubernetes')
  );
}

/** Where the thing made by `recipe` is kept, whether it is there or not. */
export function folderOf(root: string, { name, ingredients }: Recipe): string {
  const key = createHash('sha256').update(JSON.stringify(ingredients)).digest('hex').slice(0, 12);
  return join(root, `${name}-${key}`);
}

/**
 * The folder of the thing, made first when it is not there. `make(out, work)` puts the result into the empty folder
 * `out`; what it leaves in `work` is there again when a run was cut short, and is removed after a good one.
 * Two processes that want the same thing at once make it once: the second waits for the first.
 */
export async function cached(
  root: string,
  recipe: Recipe,
  make: (out: string, work: string) => Promise<void>,
): Promise<string> {
  const folder = folderOf(root, recipe);
  if (existsSync(folder)) return folder;

  const release = await holdLock(folder);
  try {
    if (!existsSync(folder)) await makeWhole(folder, make);
    return folder;
  } finally {
    release();
  }
}

/** The rename at the end is what makes it exist, so a folder that exists is whole. */
async function makeWhole(folder: string, make: (out: string, work: string) => Promise<void>): Promise<void> {
  const work = `${folder}.work`;
  const out = join(work, 'out');
  rmSync(out, { recursive: true, force: true });
  mkdirSync(out, { recursive: true });
  await make(out, work);
  renameSync(out, folder);
  rmSync(work, { recursive: true, force: true });
}
