/** A relay as a process of its own, started as in production. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { afterTest } from './clean-up.ts';
import { SERVICE_SECRET } from './fake-gateway.ts';
import { until } from './until.ts';

const MAIN = fileURLToPath(new URL('../../src/main.ts', import.meta.url));

export interface RelayProcess {
  readonly url: string;
  /** Everything it wrote so far. */
  output(): string;
  kill(signal: NodeJS.Signals): void;
  /** Exit code, or the signal that ended it. */
  exited(): Promise<number | NodeJS.Signals>;
}

/** Starts one that finds this gateway and this Redis, if there is one, and resolves when it listens. */
export async function startProcess(settings: {
  gatewayUrl: string;
  redisUrl?: string;
  env?: Record<string, string>;
}): Promise<RelayProcess> {
  const relay = launch({
    SPECTRAL_GATEWAY_URL: settings.gatewayUrl,
    SPECTRAL_SERVICE_SECRET: SERVICE_SECRET,
    ...(settings.redisUrl === undefined ? {} : { REDIS_URL: settings.redisUrl }),
    SPECTRAL_PORT: '0',
    SPECTRAL_DRAIN_SPREAD_MS: '300',
    ...settings.env,
  });
  await until('the relay process listens', () => relay.output().includes('relay listening'), 8000);
  const url = /"url":"([^"]+)"/.exec(relay.output())?.[1] ?? '';
  return { ...relay, url };
}

/** Starts one with nothing but these variables. */
export function launch(env: Record<string, string>): Omit<RelayProcess, 'url'> {
  const child = spawn(process.execPath, [MAIN], { env, stdio: ['ignore', 'pipe', 'pipe'] });
  const chunks: string[] = [];
  const exit = once(child, 'exit').then(([code, signal]) => (code ?? signal) as number | NodeJS.Signals);
  child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => chunks.push(chunk.toString()));
  afterTest(() => {
    child.kill('SIGKILL');
    return exit;
  });
  return {
    output: () => chunks.join(''),
    kill: (signal) => void child.kill(signal),
    exited: () => exit,
  };
}
