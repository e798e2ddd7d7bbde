/** A relay process: reads the environment, builds the real parts, runs until it is told to stop. */
import { randomUUID } from 'node:crypto';
import {
  ConfigError,
  ListenFailed,
  createLogger,
  createMemoryAnnouncements,
  createMemoryPresence,
  createMetrics,
  createRedisAnnouncements,
  createRedisPresence,
  observeProcess,
  remoteTokenKeys,
  stopOnSignal,
  type Logger,
} from '@spectral/common';
import { startRelay, type RelayParts } from './app.ts';
import { readRelayConfig, type RelayConfig } from './config.ts';
import { createMemoryBusHub } from './routing/memory-bus.ts';
import { createRedisBus } from './routing/redis-bus.ts';
import { askStandingOverHttp } from './standing/http-standing.ts';
import { systemTimers } from './timers.ts';

/** The gateway's answer about standing must come within this. */
const STANDING_TIMEOUT_MS = 5_000;
/** What a stop may take beyond the spread: requests under way, then the closing of sockets. */
const STOP_GRACE_MS = 10_000;

try {
  await run(readRelayConfig(process.env));
} catch (error) {
  const isForPerson = error instanceof ConfigError || error instanceof ListenFailed;
  console.error(isForPerson ? error.message : error);
  process.exit(1);
}

async function run(config: RelayConfig): Promise<void> {
  const log = createLogger({ service: 'relay', level: config.logLevel });
  const metrics = createMetrics();
  observeProcess(metrics);
  const shared = await openShared(config, log);
  const relay = await startRelay(config, {
    ...shared,
    log,
    metrics,
    keys: remoteTokenKeys(config.gatewayUrl),
    standing: askStandingOverHttp({ ...config, timeoutMs: STANDING_TIMEOUT_MS, fetch }),
    now: Date.now,
    timers: systemTimers(),
  });
  log.info({ url: relay.url, podId: shared.bus.podId }, 'relay listening');
  // A parent that started this process with a channel, such as a test, hears where it listens.
  process.send?.({ type: 'ready', url: relay.url });

  const stop = async () => {
    await relay.drain(config.drainSpreadMs);
    await relay.close();
    await Promise.all([shared.bus.close(), shared.presence.close(), shared.announcements.close()]);
  };
  stopOnSignal(stop, { limitMs: config.drainSpreadMs + STOP_GRACE_MS, log, process });
}

/** Redis between several processes, or memory for the only one. */
async function openShared(
  { redisUrl }: RelayConfig,
  log: Logger,
): Promise<Pick<RelayParts, 'bus' | 'presence' | 'announcements'>> {
  const podId = randomUUID();
  if (redisUrl === null) {
    return {
      bus: createMemoryBusHub().connect(podId),
      presence: createMemoryPresence({ now: Date.now }),
      announcements: createMemoryAnnouncements(),
    };
  }
  const address = { url: redisUrl };
  const [presence, announcements] = await Promise.all([
    createRedisPresence(address, log),
    createRedisAnnouncements(address, log),
  ]);
  return { bus: createRedisBus({ address, podId, log }), presence, announcements };
}
