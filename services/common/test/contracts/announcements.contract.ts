/** What every implementation of Announcements must do. */
import assert from 'node:assert/strict';

import { EventEmitter, once } from 'node:events';
import type { Announcement, Announcements } from '../../src/announcements.ts';

/** Declares the cases. `start` gives two ends of one medium, ready to hear, and registers its own clean-up. */
export function announcementsContract(
  name: string,
  start: () => Promise<{ here: Announcements; there: Announcements }>,
): void {
  describe(`announcements: ${name}`, () => {
    it('everybody hears what is published, the publisher included', async () => {
      const { here, there } = await start();
      const heard = [listen(here), listen(there)];

      await here.publish({ type: 'machine-revoked', machineId: 'm' });

      for (const listener of heard) {
        assert.deepEqual(await listener.next(1), [{ type: 'machine-revoked', machineId: 'm' }]);
      }
    });

    it('announcements of one publisher arrive in order', async () => {
      const { here, there } = await start();
      const listener = listen(there);
      const sent = Array.from({ length: 50 }, (_, index): Announcement => ({
        type: 'key-ended',
        keyId: `${index}`,
      }));

      await Promise.all(sent.map((announcement) => here.publish(announcement)));

      assert.deepEqual(await listener.next(50), sent);
    });

    it('a listener that stopped hears nothing more, and the others still do', async () => {
      const { here } = await start();
      const stopped = listen(here);
      const other = listen(here);
      stopped.stop();

      await here.publish({ type: 'models-changed', teamId: 't' });

      assert.equal((await other.next(1)).length, 1);
      assert.deepEqual(stopped.heard, []);
    });
  });
}

function listen(announcements: Announcements) {
  const heard: Announcement[] = [];
  const arrivals = new EventEmitter();
  const stop = announcements.subscribe((announcement) => {
    heard.push(announcement);
    arrivals.emit('arrival');
  });
  const next = async (count: number) => {
    const signal = AbortSignal.timeout(3000);
    while (heard.length < count) await once(arrivals, 'arrival', { signal });
    return heard;
  };
  return { heard, stop, next };
}
