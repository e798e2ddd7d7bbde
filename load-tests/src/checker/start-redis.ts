/** A real Redis on loopback that keeps nothing on disk and can be killed, paused and started again on its port. */
import { spawn, type ChildProcess } from 'node:child_process';
import { freePort } from '../support/stack.ts';
import { waitFor } from '../support/wait.ts';

export interface RedisServer {
  readonly port: number;
  /** Gone with everything in it. */
  kill(): Promise<void>;
  /** Starts it (again), with these arguments beyond those it was made with. */
  start(further?: readonly string[]): Promise<void>;
  isRunning(): boolean;
  /** Process id; 0 while it does not run. */
  pid(): number;
  /** It lives and says nothing. */
  pause(): void;
  resume(): void;
}

const IS_READY = /Ready to accept connections|Sentinel ID is/;

/** Not started yet. `argumentsOn` gives the arguments for its port; the first may be a file, as of a Sentinel. */
export async function createRedisServer(
  directory: string,
  argumentsOn: (port: number) => readonly string[] = plainArguments,
): Promise<RedisServer> {
  const port = await freePort();
  const state: { child: ChildProcess | null } = { child: null };
  const living = () => {
    const { child } = state;
    return child?.exitCode === null && child.signalCode === null ? child : null;
  };
  return {
    port,
    isRunning: () => living() !== null,
    pid: () => living()?.pid ?? 0,
    async start(further = []) {
      const place = ['--bind', '127.0.0.1', '--dir', directory];
      state.child = await launch([...argumentsOn(port), ...place, ...further]);
    },
    async kill() {
      const child = living();
      if (!child) return;
      const gone = new Promise((resolve) => child.once('exit', resolve));
      child.kill('SIGKILL');
      await gone;
    },
    pause: () => void living()?.kill('SIGSTOP'),
    resume: () => void living()?.kill('SIGCONT'),
  };
}

/** Of a server that saves nothing. */
export function plainArguments(port: number): string[] {
  return ['--port', `${port}`, '--save', '', '--appendonly', 'no'];
}

async function launch(args: readonly string[]): Promise<ChildProcess> {
  const child = spawn('redis-server', args, { stdio: ['ignore', 'pipe', 'inherit'] });
  let said = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (said = (said + text).slice(-10_000)));
  await waitFor('Redis to accept connections', 10_000, () => {
    if (child.exitCode !== null) throw new Error(`redis-server ended with ${child.exitCode}\n${said}`);
    return IS_READY.test(said);
  });
  return child;
}
