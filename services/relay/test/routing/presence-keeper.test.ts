import assert from 'node:assert/strict';
import {
  createMemoryAnnouncements,
  createMemoryPresence,
  silentLogger,
  type Announcement,
} from '@spectral/common';
import { TokenKind } from '@spectral/proto/wire';
import { createPresenceKeeper } from '../../src/routing/presence-keeper.ts';

const claims = {
  sub: 'm',
  aud: TokenKind.machine,
  team: 't',
  key: null,
  registration: 3,
  host: 'h',
  exp: 0,
} as const;

describe('presence keeper', () => {
  it('claims for its pod, and announces coming and going with the epoch', async () => {
    const { keeper, heard, presence } = start();

    const { entry } = await keeper.claim('m');
    keeper.announceOnline({ entry, claims });
    await keeper.release({ entry, claims });
    await new Promise((resolve) => setImmediate(resolve));

    const { machineId, podId, epoch } = entry;
    const facts = {
      type: 'presence',
      machineId,
      podId,
      epoch,
      registration: 3,
      host: 'h',
      at: 1000,
    } as const;
    assert.deepEqual(heard, [
      { ...facts, online: true },
      { ...facts, online: false },
    ]);
    assert.equal((await presence.find(['m'])).size, 0);
  });

  it('a release that failed is made good at the next renewal', async () => {
    const { keeper, presence, state } = start();
    const { entry } = await keeper.claim('m');
    state.away = true;
    await keeper.release({ entry, claims });
    assert.equal((await presence.find(['m'])).size, 1);

    state.away = false;
    assert.deepEqual(await keeper.renew([]), []);

    assert.equal((await presence.find(['m'])).size, 0);
  });
});

function start() {
  const state = { away: false };
  const now = () => 1000;
  const presence = createMemoryPresence({ now });
  const announcements = createMemoryAnnouncements();
  const heard: Announcement[] = [];
  announcements.subscribe((announcement) => heard.push(announcement));
  const keeper = createPresenceKeeper({
    podId: 'pod',
    announcements,
    log: silentLogger(),
    now,
    presence: {
      ...presence,
      async release(entry) {
        if (state.away) throw new Error('away');
        return presence.release(entry);
      },
    },
  });
  return { keeper, presence, heard, state };
}
