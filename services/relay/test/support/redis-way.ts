/** A way to Redis of one's own, on which publishing can be cut while hearing goes on. */
import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { afterTest } from './clean-up.ts';

export interface RedisWay {
  readonly url: string;
  /** Ends the connections that only send commands, and takes no new ones; those that hear a channel stay. */
  cutPublishing(): void;
  /** Takes connections again. */
  mend(): void;
}

/** Opens one to the Redis on this port of loopback. */
export async function openRedisWay(redisPort: number): Promise<RedisWay> {
  const state = { isCut: false };
  /** Both ends of each connection, and whether it hears. */
  const connections = new Set<{ readonly ends: readonly Socket[]; hears: boolean }>();
  const server = createServer((near) => {
    if (state.isCut) return void near.destroy();
    const far = connect(redisPort, '127.0.0.1');
    const connection = { ends: [near, far], hears: false };
    connections.add(connection);
    near.on('data', (bytes) => (connection.hears ||= /subscribe/i.test(bytes.toString('latin1'))));
    near.pipe(far).pipe(near);
    for (const end of connection.ends) {
      end.on('error', () => {});
      end.on('close', () => {
        close(connection.ends);
        connections.delete(connection);
      });
    }
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  afterTest(() => {
    for (const { ends } of connections) close(ends);
    server.close();
  });
  return {
    url: `redis://127.0.0.1:${(server.address() as AddressInfo).port}`,
    cutPublishing() {
      state.isCut = true;
      for (const { ends, hears } of connections) if (!hears) close(ends);
    },
    mend: () => void (state.isCut = false),
  };
}

function close(ends: readonly Socket[]): void {
  for (const end of ends) end.destroy();
}
