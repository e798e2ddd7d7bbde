/** `spectral bind ID` and `spectral unbind`: the link file of the project around the current directory. */
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { CommandFailed } from '../command-failed.ts';
import { linkFileOf, removeLink, writeLink } from '../settings/link-file.ts';
import type { Person } from './command-context.ts';

type BindContext = Pick<Person, 'stdout'> & { readonly directory: string };

export function runBind(args: readonly string[], { stdout, directory }: BindContext): number {
  const [id, ...rest] = args;
  if (!id || id.startsWith('-') || rest.length > 0) {
    throw new CommandFailed('bind expects one project id, such as: spectral bind prj_123', { exitCode: 2 });
  }
  const root = projectRootOf(directory);
  stdout.write(`Bound ${root} to ${id} in ${written(() => writeLink(root, id), root)}.\n`);
  return 0;
}

export function runUnbind(args: readonly string[], { stdout, directory }: BindContext): number {
  if (args.length > 0)
    throw new CommandFailed(`unbind takes no arguments, got "${args.join(' ')}"`, { exitCode: 2 });
  const root = projectRootOf(directory);
  const removed = written(() => removeLink(root), root);
  stdout.write(removed ? `Unbound ${root}.\n` : `Not bound: there is no ${linkFileOf(root)}.\n`);
  return 0;
}

/** The nearest directory upwards that is bound or holds a repository; else the directory itself. */
export function projectRootOf(directory: string): string {
  for (let at = directory; ; at = dirname(at)) {
    if (existsSync(linkFileOf(at)) || existsSync(join(at, '.git'))) return at;
    if (dirname(at) === at) return directory;
  }
}

function written<T>(write: () => T, root: string): T {
  try {
    return write();
  } catch (cause) {
    throw new CommandFailed(`cannot change the link file in ${root}: ${String(cause)}`, { cause });
  }
}
