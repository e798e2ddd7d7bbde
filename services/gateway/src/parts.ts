/** The one place that chooses the media: Postgres or embedded, Redis or memory. */
import {
  createMemoryAnnouncements,
  createMemoryPresence,
  createMetrics,
  createRedisAnnouncements,
  createRedisPresence,
  observeProcess,
  openRedis,
  type Announcements,
  type Logger,
  type Presence,
} from '@spectral/common';
import { sql } from 'kysely';
import type { GatewayParts } from './app.ts';
import type { GatewayConfig } from './config.ts';
import { openPgDatabase } from './database/pg-database.ts';
import { openPGliteDatabase } from './database/pglite-database.ts';
import type { Database, OpenDatabase } from './database/index.ts';
import type { OpenRoom } from './house.ts';
import type { Need } from './http/health.ts';
import { openModelRoom } from './model-room.ts';
import { createPasswords } from './people/password-hash.ts';
import { createMemoryRateLimit } from './rate-limits/memory-rate-limit.ts';
import type { RateLimit } from './rate-limits/index.ts';
import { createRedisRateLimit } from './rate-limits/redis-rate-limit.ts';

export interface OpenGatewayParts {
  readonly parts: GatewayParts;
  /** Closes what was opened here, not what was given. */
  close(): Promise<void>;
}

/** Parts that a relay in the same process shares. */
export interface SharedParts {
  readonly announcements: Announcements;
  readonly presence: Presence;
}

/** Opens what the settings name. `shared` replaces the announcements and presence that would be opened otherwise. */
export async function openGatewayParts(
  config: GatewayConfig,
  log: Logger,
  shared: SharedParts | null = null,
): Promise<OpenGatewayParts> {
  const database = await openDatabase(config.database, log);
  const seams = await openSeams(config.redisUrl, log);
  const metrics = createMetrics();
  const stopObserving = observeProcess(metrics);
  return {
    parts: {
      database,
      announcements: shared?.announcements ?? seams.announcements,
      presence: shared?.presence ?? seams.presence,
      limits: seams.limits,
      passwords: createPasswords(),
      metrics,
      log,
      needs: [databaseNeed(database.db), ...seams.needs],
      rooms: ROOMS,
      now: () => new Date(),
      nowMs: () => performance.now(),
    },
    async close() {
      stopObserving();
      await metrics.close();
      await seams.close();
      await database.close();
    },
  };
}

const ROOMS: readonly OpenRoom[] = [openModelRoom];

interface Seams extends SharedParts {
  readonly limits: RateLimit;
  readonly needs: readonly Need[];
  close(): Promise<void>;
}

async function openSeams(redisUrl: string | null, log: Logger): Promise<Seams> {
  return redisUrl === null ? memorySeams() : redisSeams(redisUrl, log);
}

function memorySeams(): Seams {
  const announcements = createMemoryAnnouncements();
  const presence = createMemoryPresence({ now: Date.now });
  return {
    announcements,
    presence,
    limits: createMemoryRateLimit(Date.now),
    needs: [],
    close: async () => void (await Promise.all([announcements.close(), presence.close()])),
  };
}

async function redisSeams(url: string, log: Logger): Promise<Seams> {
  const redis = openRedis({ url }, log);
  const [announcements, presence] = await Promise.all([
    createRedisAnnouncements({ url }, log),
    createRedisPresence({ url }, log),
  ]);
  return {
    announcements,
    presence,
    limits: createRedisRateLimit(redis),
    needs: [{ name: 'redis', check: async () => void (await redis.ping()) }],
    async close() {
      redis.disconnect();
      await Promise.all([announcements.close(), presence.close()]);
    },
  };
}

/** For a command that needs nothing else. */
export async function openDatabase(place: GatewayConfig['database'], log: Logger): Promise<OpenDatabase> {
  return 'url' in place ? openPgDatabase({ ...place, log }) : openPGliteDatabase(place);
}

function databaseNeed(db: Database): Need {
  return {
    name: 'database',
    check: async () => void (await sql`select 1 from schema_migrations limit 1`.execute(db)),
  };
}
