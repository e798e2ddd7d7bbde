/** `spectral logout`: forgets the login. Idempotent. */
import { existsSync, rmSync } from 'node:fs';
import { pathsIn } from '../settings/paths.ts';
import { CommandFailed } from '../command-failed.ts';
import type { CommandContext } from './command-context.ts';

/** Exit code 0 whether or not there was a login. The machine's identity stays for the next one. */
export function runLogout(args: readonly string[], { environment, stdout }: CommandContext): number {
  if (args.length > 0)
    throw new CommandFailed(`logout takes no arguments, got "${args.join(' ')}"`, { exitCode: 2 });
  const { config } = pathsIn(environment.configDir);
  const wasThere = existsSync(config);
  rmSync(config, { force: true });
  stdout.write(wasThere ? `Logged out: ${config} removed.\n` : `Not logged in: there is no ${config}.\n`);
  return 0;
}
