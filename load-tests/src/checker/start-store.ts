/** Starts Redis in the form that a run asks for. */
import { startCluster } from './start-cluster.ts';
import { createRedisServer } from './start-redis.ts';
import { startSentinel } from './start-sentinel.ts';
import type { Store, StoreKind } from './store.ts';

/** `directory` is where its servers work. */
export function startStore(kind: StoreKind, directory: string): Promise<Store> {
  if (kind === 'sentinel') return startSentinel(directory);
  return kind === 'cluster' ? startCluster(directory) : startSingle(directory);
}

async function startSingle(directory: string): Promise<Store> {
  const server = await createRedisServer(directory);
  await server.start();
  return {
    kind: 'single',
    servers: [server.port],
    guides: [],
    killOne: () => server.kill(),
    killAll: () => server.kill(),
    startDead: () => server.start(),
    async pauseOne() {
      server.pause();
    },
    resume: () => server.resume(),
    stop: () => server.kill(),
  };
}
