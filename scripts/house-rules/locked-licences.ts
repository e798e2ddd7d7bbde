// The licence of every package in the lockfile.

import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

export interface LockedLicence {
  /** Path in the lockfile, such as `node_modules/ws`. */
  readonly path: string;
  /** SPDX expression, or null when neither the lockfile nor the package tells. */
  readonly licence: string | null;
}

/** One entry per foreign package; what the lockfile does not tell is read from the installed package. */
export function lockedLicences(root: string): LockedLicence[] {
  const lock = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')) as Lockfile;
  return Object.entries(lock.packages)
    .filter(([path, entry]) => path.includes('node_modules/') && !entry.link)
    .map(([path, entry]) => ({ path, licence: entry.license ?? installedLicence(join(root, path)) }));
}

interface Lockfile {
  readonly packages: Readonly<Record<string, { readonly license?: string; readonly link?: boolean }>>;
}

function installedLicence(folder: string): string | null {
  const file = join(folder, 'package.json');
  if (!existsSync(file)) return null;
  const { license, licenses } = JSON.parse(readFileSync(file, 'utf8')) as {
    license?: string | { type: string };
    licenses?: readonly { type: string }[]; // the form before SPDX expressions
  };
  if (typeof license === 'string') return license;
  return license?.type ?? licenses?.map((one) => one.type).join(' OR ') ?? null;
}
