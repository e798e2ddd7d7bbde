/** A real redis-server on a free port. */
import { startRedisProcess } from './redis-process.ts';

export interface RedisServer {
  readonly url: string;
  readonly port: number;
  /** Kills it, as a crash would. */
  kill(): Promise<void>;
  /** Starts it again on the same port, without its data. */
  restart(): Promise<void>;
  /** Ends it and removes its files. */
  stop(): Promise<void>;
}

/** Starts one and resolves when it answers. */
export async function startRedis(): Promise<RedisServer> {
  const server = await startRedisProcess();
  return { ...server, url: `redis://127.0.0.1:${server.port}` };
}
