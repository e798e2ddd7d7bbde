/** Gateway and relay as processes, with a Redis between them, and one person of the one team there is. */
import { join } from 'node:path';
import { createRedisServer } from '../../../../../load-tests/src/checker/start-redis.ts';
import { signIn, type Person } from '../../../../../load-tests/src/support/person.ts';
import { startProcess, type RunningProcess } from '../../../../../load-tests/src/support/processes.ts';
import { freePort } from '../../../../../load-tests/src/support/stack.ts';
import { OPERATOR_SECRET, type Home } from './home.ts';

const SERVICE_SECRET = 'a-service-secret-of-a-test';

export interface RealHome extends Home {
  readonly person: Person;
  readonly teamId: string;
  stopRelay(): Promise<void>;
  startRelay(): Promise<void>;
  /** Asks the gateway or the relay as the operator does. */
  askAsOperator(url: string, method: string, body?: unknown): Promise<Response>;
}

/** `folder` exists; its data goes there, and its output to `<folder>/logs`. */
export async function startRealHome(folder: string): Promise<RealHome> {
  const ends: (() => Promise<unknown>)[] = [];
  const stop = async () => {
    for (const end of ends.splice(0).toReversed()) await end();
  };
  try {
    return { ...(await startParts(folder, ends)), stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function startParts(folder: string, ends: (() => Promise<unknown>)[]): Promise<Omit<RealHome, 'stop'>> {
  const redis = await createRedisServer(folder);
  await redis.start();
  ends.push(() => redis.kill());
  const relayPort = await freePort();
  const relayUrl = `http://127.0.0.1:${relayPort}`;
  const shared = {
    SPECTRAL_HOST: '127.0.0.1',
    SPECTRAL_SERVICE_SECRET: SERVICE_SECRET,
    SPECTRAL_OPERATOR_SECRET: OPERATOR_SECRET,
    REDIS_URL: `redis://127.0.0.1:${redis.port}`,
  };
  const gateway = await startProcess({
    name: 'gateway',
    script: 'services/gateway/src/main.ts',
    outputFile: join(folder, 'logs', 'gateway.log'),
    env: {
      ...shared,
      SPECTRAL_PORT: String(await freePort()),
      SPECTRAL_DATA_DIR: join(folder, 'gateway'),
      SPECTRAL_RELAY_PUBLIC_URL: relayUrl,
      SPECTRAL_DEMO: 'on',
    },
  });
  ends.push(() => gateway.stop());
  const gatewayUrl = String(gateway.ready['url']);
  const relayEnv = {
    ...shared,
    SPECTRAL_PORT: String(relayPort),
    SPECTRAL_GATEWAY_URL: gatewayUrl,
    SPECTRAL_ALLOWED_ORIGINS: '*',
    SPECTRAL_DRAIN_SPREAD_MS: '300',
  };
  const relay = startableRelay(relayEnv, join(folder, 'logs', 'relay.log'));
  await relay.start();
  ends.push(relay.stop);
  const person = await signIn(gatewayUrl, String(gateway.ready['loginLink']));
  const [team] = await person.gateway.teams();
  return {
    gatewayUrl,
    relayUrl,
    operatorSecret: OPERATOR_SECRET,
    person,
    teamId: team?.id ?? '',
    startRelay: relay.start,
    stopRelay: relay.stop,
    askAsOperator: (url, method, body) =>
      fetch(url, {
        method,
        headers: { authorization: `Bearer ${OPERATOR_SECRET}`, 'content-type': 'application/json' },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      }),
  };
}

function startableRelay(env: Readonly<Record<string, string>>, outputFile: string) {
  const running: { relay: RunningProcess | null } = { relay: null };
  return {
    async start() {
      const script = 'services/relay/src/main.ts';
      running.relay = await startProcess({ name: 'relay', script, env, outputFile });
    },
    async stop() {
      await running.relay?.stop();
      running.relay = null;
    },
  };
}
