/**
 * The `spectral serve` of this machine, run as a child process exactly as a person would run it elsewhere:
 * logged in with a team key, its files in a config directory of its own.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync, existsSync, openSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Env } from '@spectral/common';

const COMMAND = fileURLToPath(new URL('../../../agent/bin/spectral.mjs', import.meta.url));

export interface LocalMachineOptions {
  readonly gatewayUrl: string;
  readonly name: string;
  /** SPECTRAL_CONFIG_DIR of the child. */
  readonly configDirectory: string;
  /** File that takes what the child says. */
  readonly logFile: string;
  readonly env: Env;
  /** Makes a team key for the first start. */
  readonly createTeamKey: () => Promise<string>;
}

export interface LocalMachine {
  readonly pid: number;
  /** Resolves when the child ended without being asked, with its last words, or else its exit code or signal. */
  readonly ended: Promise<string>;
  /** Asks it to stop and waits; after `limitMs` it is killed. */
  stop(limitMs: number): Promise<void>;
}

/** The command could not log in or start. `message` carries what it said. */
export class LocalMachineFailed extends Error {
  readonly code = 'local-machine-failed';
  constructor(message: string) {
    super(message);
    this.name = 'LocalMachineFailed';
  }
}

/** Logs in where needed, then starts the daemon. */
export async function startLocalMachine(options: LocalMachineOptions): Promise<LocalMachine> {
  const env = childEnv(options);
  if (!existsSync(join(options.configDirectory, 'config.json'))) {
    await logIn(env, await options.createTeamKey());
  }
  const log = openSync(options.logFile, 'a', 0o600);
  const { size } = statSync(options.logFile);
  // Its own process group: a terminal's Ctrl-C reaches this process alone, which then stops the child in order.
  const child = spawn(process.execPath, [COMMAND, 'serve', '--machine-name', options.name], {
    env,
    // The channel tells the child when this process is gone, however it died.
    stdio: ['ignore', log, log, 'ipc'],
    detached: true,
  });
  closeSync(log);
  return control(child, () => lastLine(options.logFile, size));
}

function childEnv({ env, configDirectory, gatewayUrl }: LocalMachineOptions): NodeJS.ProcessEnv {
  const kept = Object.entries(env).filter(
    ([name]) => !/_API_KEY$|^SPECTRAL_|^DATABASE_URL$|^REDIS_URL$/.test(name),
  );
  return {
    ...Object.fromEntries(kept),
    SPECTRAL_CONFIG_DIR: configDirectory,
    SPECTRAL_MCP_URL: `${gatewayUrl}/mcp`,
    SPECTRAL_BACKEND_URL: gatewayUrl,
  };
}

/** The key goes over standard input: arguments are visible to every user of the machine. */
async function logIn(env: NodeJS.ProcessEnv, teamKey: string): Promise<void> {
  const child = spawn(process.execPath, [COMMAND, 'login', '--api-key', '-'], {
    env,
    stdio: ['pipe', 'ignore', 'pipe'],
  });
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (said += text));
  child.stdin.end(`${teamKey}\n`);
  const code = await exitOf(child);
  if (code !== '0')
    throw new LocalMachineFailed(`this machine could not log in: ${said.trim() || `exit ${code}`}`);
}

function control(child: ChildProcess, lastWords: () => string): LocalMachine {
  const exited = exitOf(child);
  const asked = { toStop: false };
  return {
    pid: child.pid ?? 0,
    ended: new Promise((resolve) => {
      void exited.then((how) => {
        if (!asked.toStop) resolve(lastWords() || `exit ${how}`);
      });
    }),
    async stop(limitMs) {
      asked.toStop = true;
      if (child.exitCode !== null || child.signalCode !== null) return;
      child.kill('SIGTERM');
      const kill = setTimeout(() => child.kill('SIGKILL'), limitMs);
      await exited;
      clearTimeout(kill);
    },
  };
}

/** The last line written to a file behind `offset`, without the command's own name before it. */
function lastLine(file: string, offset: number): string {
  const said = readFileSync(file).subarray(offset).toString('utf8').trimEnd();
  return said.slice(said.lastIndexOf('\n') + 1).replace(/^spectral: /, '');
}

function exitOf(child: ChildProcess): Promise<string> {
  return new Promise((resolve) => {
    child.once('error', (error) => resolve(error.message));
    child.once('exit', (code, signal) => resolve(signal ?? String(code)));
  });
}
