/** Directories that complete a half-typed path, for the form that makes a project. */
import { opendir } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { basename, dirname, isAbsolute, join } from 'node:path';
import { BadInput, type PathEntry } from '@spectral/proto/wire';

const MOST_ENTRIES = 50;
/** Names looked at in one directory; a directory with millions is not read to its end. */
const MOST_LOOKED_AT = 5_000;
const MOST_PATH_CHARS = 4_096;

/**
 * Directories whose path begins with `prefix`, hidden ones too, at most 50, sorted by name. A directory that cannot be
 * read completes to nothing. Throws BadInput for a prefix that is relative, too long, or holds `..` or NUL.
 */
export async function completePath(prefix: string, home: string): Promise<PathEntry[]> {
  const path = absolutePrefix(prefix, home);
  const [parent, start] = path.endsWith('/') ? [path, ''] : [dirname(path), basename(path)];
  const names = (await directoriesIn(parent)).filter((name) => name.startsWith(start));
  return names
    .toSorted()
    .slice(0, MOST_ENTRIES)
    .map((name) => ({ path: join(parent, name), name, repository: existsSync(join(parent, name, '.git')) }));
}

function absolutePrefix(prefix: string, home: string): string {
  if (prefix.length > MOST_PATH_CHARS)
    throw new BadInput(`prefix: a path has at most ${MOST_PATH_CHARS} characters`, 'prefix');
  if (prefix.includes('\0')) throw new BadInput('prefix: a path holds no NUL character', 'prefix');
  if (prefix.split('/').includes('..')) throw new BadInput('prefix: expected a path without ".."', 'prefix');
  if (prefix === '' || prefix === '~') return `${home}/`;
  if (prefix.startsWith('~/')) return `${home}${prefix.slice(1)}`;
  if (!isAbsolute(prefix))
    throw new BadInput(
      `prefix: expected an absolute path or one beginning with ~/, got "${prefix}"`,
      'prefix',
    );
  return prefix;
}

async function directoriesIn(parent: string): Promise<string[]> {
  const names: string[] = [];
  try {
    let lookedAt = 0;
    for await (const entry of await opendir(parent)) {
      if (entry.isDirectory()) names.push(entry.name);
      lookedAt += 1;
      if (lookedAt >= MOST_LOOKED_AT) break;
    }
  } catch {
    return names; // Not there, or not ours to read: nothing completes it.
  }
  return names;
}
