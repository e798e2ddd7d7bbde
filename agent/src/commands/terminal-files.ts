/** Where pi's command and our extension for it lie, in the source tree as in a bundle. */
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { CommandFailed } from '../command-failed.ts';

const PI = '@earendil-works/pi-coding-agent';

/** pi's bundled command line: its package names it under `bin`. Throws CommandFailed when pi is not installed. */
export function findPiCommand(): string {
  let directory: string;
  try {
    directory = dirname(fileURLToPath(import.meta.resolve(PI)));
  } catch (cause) {
    throw new CommandFailed(`pi (${PI}) is not installed. Install spectral again.`, { cause });
  }
  for (; dirname(directory) !== directory; directory = dirname(directory)) {
    const bin = binIn(join(directory, 'package.json'));
    if (bin) return join(directory, bin);
  }
  throw new CommandFailed(`pi (${PI}) is installed but names no command. Install spectral again.`);
}

function binIn(file: string): string | null {
  if (!existsSync(file)) return null;
  const { bin } = JSON.parse(readFileSync(file, 'utf8')) as { bin?: { pi?: unknown } };
  return typeof bin?.pi === 'string' ? bin.pi : null;
}

/** The bundle lies beside it; the source does not. */
export function findTerminalExtension(): string {
  const bundled = fileURLToPath(new URL('./terminal-extension.js', import.meta.url));
  return existsSync(bundled)
    ? bundled
    : fileURLToPath(new URL('../terminal-extension/main.ts', import.meta.url));
}
