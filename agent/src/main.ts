/** Entry of the `spectral` command: the one file that reads the process, and a switch that loads what is called. */
import { homedir, hostname, userInfo } from 'node:os';
import { CommandFailed } from './command-failed.ts';
import { readEnvironment } from './settings/env.ts';

/** What is still open after a command has ended (a kept connection, an agent's child) may hold it no longer. */
const LINGER_MS = 500;

process.exitCode = await run(process.argv.slice(2));
setTimeout(() => process.exit(), LINGER_MS).unref();

async function run(argv: string[]): Promise<number> {
  try {
    return await dispatch(argv);
  } catch (error) {
    if (!(error instanceof CommandFailed)) throw error;
    process.stderr.write(`spectral: ${error.message}\n`);
    return error.exitCode;
  }
}

/** Each command's file is loaded only when it is called. Anything that is no command is pi's. */
async function dispatch(argv: string[]): Promise<number> {
  const [word, ...args] = argv;
  switch (word) {
    case 'login':
      return (await import('./commands/login.ts')).runLogin(args, {
        ...person(),
        environment: environment(),
      });
    case 'logout':
      return (await import('./commands/logout.ts')).runLogout(args, {
        ...person(),
        environment: environment(),
      });
    case 'serve':
      return (await import('./commands/serve.ts')).runServe(args, {
        ...person(),
        environment: environment(),
        processEnvironment: process.env,
      });
    case 'bind':
      return (await import('./commands/bind.ts')).runBind(args, { ...person(), directory: process.cwd() });
    case 'unbind':
      return (await import('./commands/bind.ts')).runUnbind(args, { ...person(), directory: process.cwd() });
    case '--help':
    case '-h':
      (await import('./commands/help.ts')).writeHelp(process.stdout);
      return (await import('./commands/terminal.ts')).runTerminal(['--help'], process.env);
    default:
      return (await import('./commands/terminal.ts')).runTerminal(argv, process.env);
  }
}

function environment() {
  return readEnvironment(process.env, homedir());
}

/** A container may run as a number that no name belongs to. */
function userName(): string {
  try {
    return userInfo().username;
  } catch {
    return process.env['USER'] ?? 'nobody';
  }
}

/** The person at this shell and the streams to them. */
function person() {
  return {
    stdin: process.stdin,
    stdout: process.stdout,
    stderr: process.stderr,
    hostname: hostname(),
    userName: userName(),
  };
}
