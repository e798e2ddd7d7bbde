/** A relay pod on port 0 with memory parts, or several that share them. */
import { randomUUID } from 'node:crypto';
import {
  createMemoryAnnouncements,
  createMemoryPresence,
  createMetrics,
  silentLogger,
  type Announcements,
  type Logger,
  type Presence,
} from '@spectral/common';
import { startRelay } from '../../src/app.ts';
import type { Bus } from '../../src/routing/bus.ts';
import { createMemoryBusHub, type MemoryBusHub } from '../../src/routing/memory-bus.ts';
import { DEFAULT_SETTINGS, type ListeningSettings, type RelaySettings } from '../../src/settings.ts';
import { systemTimers } from '../../src/timers.ts';
import { afterTest } from './clean-up.ts';
import type { Identity } from './identity.ts';

/** What pods share. */
export interface Ground {
  readonly identity: Identity;
  readonly presence: Presence;
  readonly announcements: Announcements;
  readonly connectBus: (podId: string) => Bus;
}

/** Common ground in this process' memory. */
export function memoryGround(identity: Identity): Ground & { readonly hub: MemoryBusHub } {
  const hub = createMemoryBusHub();
  return {
    identity,
    hub,
    presence: createMemoryPresence({ now: Date.now }),
    announcements: createMemoryAnnouncements(),
    connectBus: hub.connect,
  };
}

export type Pod = Awaited<ReturnType<typeof startPod>>;

export const OPERATOR_SECRET = 'an-operator-secret-for-tests';

/** Short periods, so that what is looked after is seen in a test's time. */
const QUICK: Partial<RelaySettings> = {
  periods: { renewMs: 100, lookMs: 100, podCheckMs: 50, interestMs: 100 },
};

/** Starts a pod and closes it after the test. */
export async function startPod(
  ground: Ground,
  settings: Partial<ListeningSettings> = {},
  log: Logger = silentLogger(),
) {
  const bus = ground.connectBus(`pod-${randomUUID()}`);
  const metrics = createMetrics();
  const relay = await startRelay(
    {
      ...DEFAULT_SETTINGS,
      ...QUICK,
      operatorSecret: OPERATOR_SECRET,
      ...settings,
      host: '127.0.0.1',
      port: 0,
    },
    {
      bus,
      presence: ground.presence,
      announcements: ground.announcements,
      standing: ground.identity.standing,
      keys: ground.identity.keys,
      log,
      metrics,
      now: Date.now,
      timers: systemTimers(),
    },
  );
  afterTest(async () => {
    await relay.close();
    await bus.close();
    await metrics.close();
  });
  return { relay, url: relay.url, bus, metrics };
}
