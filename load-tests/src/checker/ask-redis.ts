/** One command to a Redis server, over a connection of its own. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);
const LIMIT_MS = 5_000;

/** The lines of the answer, as `redis-cli` writes them when nobody looks. Rejects when there is none in time. */
export async function askRedis(port: number, command: readonly string[]): Promise<string[]> {
  const { stdout } = await run('redis-cli', ['-p', `${port}`, ...command], { timeout: LIMIT_MS });
  return stdout.split(/\r?\n/);
}
