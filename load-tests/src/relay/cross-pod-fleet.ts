/** Several relay processes over a Redis of their own, and what they cost together. */
import { tmpdir } from 'node:os';
import { createRedisServer } from '../checker/start-redis.ts';
import { cpuMs, startProcess, type RunningProcess } from '../support/processes.ts';
import type { FakeGateway } from './fake-gateway.ts';

export interface Pod extends RunningProcess {
  readonly url: string;
}

export interface Fleet {
  readonly pods: readonly Pod[];
  readonly redisPort: number;
  /** CPU of all pods and of Redis so far, in milliseconds. */
  cpuMs(): number;
  /** Starts one more, on the same Redis. */
  add(): Promise<Pod>;
  /** Ends those that still run. */
  stop(): Promise<void>;
}

/** Relays of ours. The limits are out of the way: measured is forwarding. */
export function startRelayFleet(
  pods: number,
  gateway: FakeGateway,
  env: Readonly<Record<string, string>> = {},
): Promise<Fleet> {
  const most = '1000000';
  return startFleet(pods, 'services/relay/src/main.ts', {
    SPECTRAL_PORT: '0',
    SPECTRAL_GATEWAY_URL: gateway.url,
    SPECTRAL_SERVICE_SECRET: gateway.serviceSecret,
    SPECTRAL_LOG_LEVEL: 'error',
    SPECTRAL_BROWSER_FRAMES_PER_SECOND: most,
    SPECTRAL_USER_FRAMES_PER_SECOND: most,
    SPECTRAL_MACHINE_FRAMES_PER_SECOND: most,
    SPECTRAL_TEAM_FRAMES_PER_SECOND: most,
    ...env,
  });
}

/** Relays of the baseline. */
export const startBaselineFleet = (pods: number): Promise<Fleet> =>
  startFleet(pods, 'load-tests/baselines/socketio-relay.ts', {});

async function startFleet(
  count: number,
  script: string,
  env: Readonly<Record<string, string>>,
): Promise<Fleet> {
  const redis = await createRedisServer(tmpdir());
  await redis.start();
  const pods: Pod[] = [];
  const add = async () => {
    const started = await startProcess({
      name: `pod ${pods.length}`,
      script,
      env: { ...env, REDIS_URL: `redis://127.0.0.1:${redis.port}` },
    });
    const pod = { ...started, url: String(started.ready['url']) };
    pods.push(pod);
    return pod;
  };
  const stop = async () => {
    await Promise.all(pods.map((pod) => pod.stop()));
    await redis.kill();
  };
  try {
    while (pods.length < count) await add();
  } catch (error) {
    await stop();
    throw error;
  }
  const pids = () => [redis.pid(), ...pods.map(({ pid }) => pid)];
  return {
    pods,
    redisPort: redis.port,
    add,
    stop,
    cpuMs: () => pids().reduce((sum, pid) => sum + cpuMs(pid), 0),
  };
}
