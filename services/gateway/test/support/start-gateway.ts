/** A whole gateway on a free port, with memory parts, weak password hashes and a clock the test moves. */
import {
  createMemoryAnnouncements,
  createMemoryPresence,
  createMetrics,
  silentLogger,
  type Announcement,
  type Announcements,
  type Presence,
} from '@spectral/common';
import type { GatewayParts } from '../../src/app.ts';
import type { FirstRun } from '../../src/bootstrap/bootstrap.ts';
import { readGatewayConfig } from '../../src/config.ts';
import type { Database } from '../../src/database/index.ts';
import { createPasswords } from '../../src/people/password-hash.ts';
import { createMemoryRateLimit } from '../../src/rate-limits/memory-rate-limit.ts';
import { startGateway, type RunningGateway } from '../../src/start.ts';
import { embeddedDatabase } from './databases.ts';
import { apiClient, type ApiClient } from './api-client.ts';

export const SERVICE_SECRET = 'a-service-secret-for-tests';

export const OPERATOR_SECRET = 'an-operator-secret-for-tests';

export interface TestGateway {
  readonly url: string;
  readonly db: Database;
  readonly firstRun: FirstRun;
  readonly presence: Presence;
  readonly announcements: Announcements;
  /** Everything announced so far. */
  readonly announced: Announcement[];
  readonly running: RunningGateway;
  /** Moves the gateway's clock ahead. */
  pass(ms: number): void;
  /** A client with no login. */
  stranger(): ApiClient;
  close(): Promise<void>;
}

/** Starts one; `env` adds settings, `parts` replaces parts. Close it in an after hook. */
export async function startTestGateway(
  env: Record<string, string> = {},
  replaced: Partial<GatewayParts> = {},
): Promise<TestGateway> {
  const clock = { aheadMs: 0 };
  const now = () => Date.now() + clock.aheadMs;
  const parts = {
    ...memoryParts(now),
    database: replaced.database ?? (await embeddedDatabase()),
    ...replaced,
  };
  const announced: Announcement[] = [];
  parts.announcements.subscribe((announcement) => announced.push(announcement));
  const config = readGatewayConfig({ ...TEST_ENV, ...env });
  const closeParts = async () => {
    await Promise.all([parts.metrics.close(), parts.announcements.close(), parts.presence.close()]);
    await parts.database.close();
  };
  const running = await startGateway(config, parts).catch(async (error: unknown) => {
    await closeParts();
    throw error;
  });
  const { firstRun } = running.gateway;
  if (!firstRun) throw new Error('the test database was not empty');

  return {
    url: running.url,
    db: parts.database.db,
    firstRun,
    presence: parts.presence,
    announcements: parts.announcements,
    announced,
    running,
    pass: (ms) => void (clock.aheadMs += ms),
    stranger: () => apiClient(running.url),
    async close() {
      await running.close(1_000);
      await closeParts();
    },
  };
}

const TEST_ENV = {
  SPECTRAL_PORT: '0',
  SPECTRAL_SERVICE_SECRET: SERVICE_SECRET,
  SPECTRAL_OPERATOR_SECRET: OPERATOR_SECRET,
  SPECTRAL_MASTER_KEY: Buffer.alloc(32, 7).toString('base64'),
  // Never opened: the parts bring a database in memory.
  SPECTRAL_DATA_DIR: '/nonexistent',
};

function memoryParts(now: () => number): Omit<GatewayParts, 'database'> {
  return {
    announcements: createMemoryAnnouncements(),
    presence: createMemoryPresence({ now }),
    limits: createMemoryRateLimit(now),
    passwords: createPasswords({ N: 2 ** 4, r: 8, p: 1 }),
    metrics: createMetrics(),
    log: silentLogger(),
    needs: [],
    rooms: [],
    now: () => new Date(now()),
    nowMs: now,
  };
}
