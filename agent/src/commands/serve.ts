/** `spectral serve`: registers this machine, connects it, and stays up. */
import { readFileSync } from 'node:fs';
import { randomUUID } from 'node:crypto';
import { homedir, uptime } from 'node:os';
import { systemClock } from '../clock.ts';
import { CommandFailed } from '../command-failed.ts';
import { createLogger, type Log } from '../daemon/logger.ts';
import { watchParent } from '../daemon/parent-channel.ts';
import type { Driver } from '../drivers/driver.ts';
import type { LinkEnd } from '../link/link-state.ts';
import { takeInstanceLock } from '../settings/instance-lock.ts';
import { ensureDirectory, pathsIn } from '../settings/paths.ts';
import { loadSqlite } from '../store/open-database.ts';
import { readVersion } from '../version.ts';
import type { CommandContext } from './command-context.ts';
import { serveLogin } from './serve-login.ts';

/** The process's own environment is changed for the agent: see drivers/pi/environment.ts. */
export interface ServeContext extends CommandContext {
  readonly processEnvironment: NodeJS.ProcessEnv;
}

/** Resolves with the exit code when the daemon stopped: 0 after a signal, 1 when the machine may not come back. */
export async function runServe(args: readonly string[], context: ServeContext): Promise<number> {
  const { environment, stderr } = context;
  const machineName = machineNameIn(args) ?? context.hostname;
  const say = (line: string) => stderr.write(`spectral: ${line}\n`);
  // When nobody reads any more, serving goes on; a failed write would otherwise be logged by failing writes, for ever.
  stderr.on('error', () => {});
  say(`version ${readVersion()}, starting in ${environment.configDir}`);
  const Sqlite3 = await loadSqlite();
  const paths = pathsIn(environment.configDir);
  const login = serveLogin(environment, paths, randomUUID);
  ensureDirectory(paths.directory);
  const releaseLock = takeInstanceLock(paths.lock);
  try {
    const log = createLogger(stderr, Date.now);
    const [{ driver, prewarm }, { startDaemon }] = await Promise.all([
      createDriver(context, login.mcpUrl, log),
      import('../daemon/start-daemon.ts'),
    ]);
    keepServing(log);
    // From here on a signal ends the daemon in order, also one that comes while it starts.
    const signalled = stopSignal(say);
    const parent = watchParent(process);
    const daemon = await startDaemon({
      Sqlite3,
      paths,
      credential: login.credential,
      backendUrl: login.backendUrl,
      relayUrl: login.relayUrl,
      machineName,
      host: { hostname: context.hostname, home: homedir(), userName: context.userName, boot: bootId() },
      version: readVersion(),
      driver,
      fetch,
      clock: systemClock,
      random: Math.random,
      newId: randomUUID,
      log,
      say,
      connected: () => {
        say('connected');
        parent.ready();
        prewarm();
      },
    });
    const end = await Promise.race([daemon.ended, signalled, parent.gone]);
    await daemon.stop();
    await driver.close();
    return end === 'signal' ? 0 : reportEnd(end, say);
  } finally {
    releaseLock();
  }
}

function machineNameIn(args: readonly string[]): string | null {
  const [flag, value, ...rest] = args[0]?.startsWith('--machine-name=') ? splitFlag(args) : args;
  if (flag === undefined) return null;
  if (flag !== '--machine-name' || rest.length > 0) {
    throw new CommandFailed(`serve knows only --machine-name NAME, got "${args.join(' ')}"`, { exitCode: 2 });
  }
  if (!value?.trim() || value.trim().length > 100) {
    throw new CommandFailed('--machine-name expects a name of 1 to 100 characters', { exitCode: 2 });
  }
  return value.trim();
}

function splitFlag([first = '', ...rest]: readonly string[]): string[] {
  const at = first.indexOf('=');
  return [first.slice(0, at), first.slice(at + 1), ...rest];
}

/** The agent's driver, and how to load it ahead of the first prompt. */
async function createDriver(
  { environment, processEnvironment }: ServeContext,
  mcpUrl: string,
  log: Log,
): Promise<{ driver: Driver; prewarm: () => void }> {
  if (environment.driver === 'scripted') {
    const { createScriptedDriver } = await import('../drivers/scripted/scripted-driver.ts');
    return { driver: createScriptedDriver(), prewarm: () => {} };
  }
  const { createServedPi } = await import('../daemon/served-pi.ts');
  const driver = createServedPi({
    env: processEnvironment,
    stateDir: environment.configDir,
    mcpUrl,
    version: readVersion(),
    log,
    now: Date.now,
  });
  return { driver, prewarm: driver.prewarm };
}

/** An unforeseen fault of one session must not take the others down: it is logged, and serving goes on. */
function keepServing(log: Log): void {
  const told = (error: unknown) =>
    log('daemon.unforeseen', {
      stack: error instanceof Error ? (error.stack ?? error.message) : String(error),
    });
  process.on('uncaughtException', told);
  process.on('unhandledRejection', told);
}

/** Resolves at the first SIGINT or SIGTERM; a second one exits at once. */
function stopSignal(say: (line: string) => void): Promise<'signal'> {
  return new Promise((resolve) => {
    let asked = false;
    const stop = () => {
      if (asked) process.exit(130);
      asked = true;
      say('stopping; running turns have 5 s, a second signal stops at once');
      resolve('signal');
    };
    process.on('SIGINT', stop);
    process.on('SIGTERM', stop);
  });
}

function reportEnd(end: LinkEnd, say: (line: string) => void): number {
  switch (end.reason) {
    case 'revoked':
      say('this machine was revoked. To bring it back, run spectral login, then spectral serve.');
      break;
    case 'replaced':
      say(
        `a newer spectral serve with this machine's name runs on ${end.host ?? 'another host'}; this one stops.`,
      );
      break;
    case 'refused':
      say(end.message);
  }
  return 1;
}

/** Names the current boot of this system: by the kernel's id, or by the minute it came up. */
function bootId(): string {
  try {
    return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
  } catch {
    return `up since ${Math.round((Date.now() / 1000 - uptime()) / 60)}`;
  }
}
