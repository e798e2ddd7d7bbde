/**
 * Prepares the daemon's environment for pi, which reads it while it is being imported: its own directory under the
 * machine's state, nothing of `~/.pi`, no network of its own, no provider account, temporary files in a private place.
 */
import { chmodSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { environmentForCommands, namesProviderAccount } from './secret-environment.ts';

export interface PiEnvironment {
  /** pi's own directory; holds nothing unless a person puts skills or an AGENTS.md there. */
  readonly agentDir: string;
  /** What commands run with, taken before anything was changed. */
  readonly commandEnvironment: Readonly<Record<string, string>>;
  /** Empties the temporary directory and gives `env` its former TMPDIR back. */
  release(): void;
}

/** Switches of pi that keep it from calling anybody but the provider it is given. */
const SWITCHES = { PI_OFFLINE: '1', PI_SKIP_VERSION_CHECK: '1', PI_TELEMETRY: '0' } as const;

/**
 * Changes `env` (the process's own, in the daemon) and creates the directories. Call it before the first import of pi.
 * Throws when the directories cannot be made.
 */
export function preparePiEnvironment(env: NodeJS.ProcessEnv, stateDir: string): PiEnvironment {
  const commandEnvironment = environmentForCommands(env);
  const agentDir = join(stateDir, 'pi');
  const temporaryDir = join(stateDir, 'tmp');
  const formerTemporaryDir = env['TMPDIR'];
  mkdirSync(agentDir, { recursive: true, mode: 0o700 });
  mkdirSync(temporaryDir, { recursive: true, mode: 0o700 });
  chmodSync(temporaryDir, 0o700);
  empty(temporaryDir);

  for (const name of Object.keys(env)) if (namesProviderAccount(name)) delete env[name];
  Object.assign(env, SWITCHES, { PI_CODING_AGENT_DIR: agentDir, TMPDIR: temporaryDir });

  return {
    agentDir,
    commandEnvironment,
    release() {
      empty(temporaryDir);
      if (env['TMPDIR'] !== temporaryDir) return;
      if (formerTemporaryDir === undefined) delete env['TMPDIR'];
      else env['TMPDIR'] = formerTemporaryDir;
    },
  };
}

/** Long outputs of commands are kept here by pi, readable by everybody; they must not outlive the daemon. */
function empty(directory: string): void {
  for (const name of readdirSync(directory)) rmSync(join(directory, name), { recursive: true, force: true });
}
