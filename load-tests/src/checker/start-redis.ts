/** A real Redis on loopback that keeps nothing on disk and can be killed, paused and started again on its port. */
import { spawn, type ChildProcess } from 'node:child_process';
import { freePort } from '../support/stack.ts';
import { waitFor } from '../support/wait.ts';

export interface RedisServer {
  readonly url: string;
  /** Gone with everything in it. */
  kill(): Promise<void>;
  start(): Promise<void>;
  /** It lives and says nothing. */
  pause(): void;
  resume(): void;
}

/** `directory` is its working directory. */
export async function startRedisServer(directory: string): Promise<RedisServer> {
  const port = await freePort();
  const state: { child: ChildProcess | null } = { child: null };
  const start = async () => {
    state.child = await startOn(port, directory);
  };
  await start();
  return {
    url: `redis://127.0.0.1:${port}`,
    start,
    async kill() {
      const { child } = state;
      if (!child || child.exitCode !== null || child.signalCode !== null) return;
      const gone = new Promise((resolve) => child.once('exit', resolve));
      child.kill('SIGKILL');
      await gone;
    },
    pause: () => void state.child?.kill('SIGSTOP'),
    resume: () => void state.child?.kill('SIGCONT'),
  };
}

async function startOn(port: number, directory: string): Promise<ChildProcess> {
  const settings = { port, bind: '127.0.0.1', save: '', appendonly: 'no', dir: directory };
  const args = Object.entries(settings).flatMap(([name, value]) => [`--${name}`, String(value)]);
  const child = spawn('redis-server', args, { stdio: ['ignore', 'pipe', 'inherit'] });
  let said = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (said = (said + text).slice(-10_000)));
  await waitFor('Redis to accept connections', 10_000, () => {
    if (child.exitCode !== null) throw new Error(`redis-server ended with ${child.exitCode}\n${said}`);
    return said.includes('Ready to accept connections');
  });
  return child;
}
