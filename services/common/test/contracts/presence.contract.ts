/** What every implementation of Presence must do. */
import assert from 'node:assert/strict';
import type { Activity } from '@spectral/proto/wire';
import { PRESENCE_EXPIRY_MS, type Presence } from '../../src/presence.ts';

const AT_WORK: Activity = { turns: 1, queued: 2, prompts: 3, lastTurnEndedAt: 4, cordon: null };

/** A fresh presence, and a way to let its time pass (a fake clock, or entries aged in the store). */
export interface PresenceUnderTest {
  readonly presence: Presence;
  /** Two of them see the same machines, as two processes would. */
  readonly another: Presence;
  age(ms: number): Promise<void>;
}

/** Declares the cases. `start` registers its own clean-up. */
export function presenceContract(name: string, start: () => Promise<PresenceUnderTest>): void {
  describe(`presence: ${name}`, () => {
    it('a claimed machine is found, with its holder and process id', async () => {
      const { presence, another } = await start();

      const { entry, replaced } = await presence.claim({ machineId: 'm', podId: 'a' });

      assert.equal(replaced, null);
      assert.deepEqual(await another.find(['m', 'unknown']), new Map([['m', entry]]));
      assert.equal(entry.podId, 'a');
    });

    it('the newest claim wins and names the one it replaced', async () => {
      const { presence, another } = await start();
      const first = await presence.claim({ machineId: 'm', podId: 'a' });

      const second = await another.claim({ machineId: 'm', podId: 'b' });

      assert.deepEqual(second.replaced, first.entry);
      assert.ok(second.entry.epoch > first.entry.epoch);
      assert.deepEqual((await presence.find(['m'])).get('m'), second.entry);
    });

    it('a renewal under an older epoch is refused and changes nothing', async () => {
      const { presence, another } = await start();
      const old = await presence.claim({ machineId: 'm', podId: 'a' });
      const newer = await another.claim({ machineId: 'm', podId: 'b' });

      assert.deepEqual(await presence.renew([old.entry]), ['m']);
      assert.deepEqual(await another.renew([newer.entry]), []);

      assert.deepEqual((await presence.find(['m'])).get('m'), newer.entry);
    });

    it('a release under an older epoch changes nothing', async () => {
      const { presence, another } = await start();
      const old = await presence.claim({ machineId: 'm', podId: 'a' });
      const newer = await another.claim({ machineId: 'm', podId: 'b' });

      await presence.release(old.entry);

      assert.deepEqual((await presence.find(['m'])).get('m'), newer.entry);
    });

    it('a claim that is taken back leaves the machine as it was', async () => {
      const { presence, another } = await start();
      const old = await presence.claim({ machineId: 'm', podId: 'a' });

      await another.abandon(await another.claim({ machineId: 'm', podId: 'b' }));
      await another.abandon(await another.claim({ machineId: 'other', podId: 'b' }));

      assert.deepEqual(await presence.find(['m', 'other']), new Map([['m', old.entry]]));
      assert.deepEqual(await presence.renew([old.entry]), []);
    });

    it('a claim taken back after a newer one changes nothing', async () => {
      const { presence, another } = await start();
      const claim = await presence.claim({ machineId: 'm', podId: 'a' });
      const newer = await another.claim({ machineId: 'm', podId: 'b' });

      await presence.abandon(claim);

      assert.deepEqual((await presence.find(['m'])).get('m'), newer.entry);
    });

    it('a released machine is gone and remembers when it was last seen', async () => {
      const { presence, another } = await start();
      const { entry } = await presence.claim({ machineId: 'm', podId: 'a' });

      await presence.release(entry);

      assert.equal((await another.find(['m'])).size, 0);
      const seenAt = (await another.lastSeen(['m', 'unknown'])).get('m') ?? 0;
      assert.ok(Math.abs(seenAt - entry.since) < 5000);
      assert.equal((await another.lastSeen(['unknown'])).size, 0);
    });

    it('an older holder does not come back once a newer one was released', async () => {
      const { presence, another } = await start();
      const old = await presence.claim({ machineId: 'm', podId: 'a' });
      const newer = await another.claim({ machineId: 'm', podId: 'b' });
      await another.release(newer.entry);

      assert.deepEqual(await presence.renew([old.entry]), ['m']);

      assert.equal((await presence.find(['m'])).size, 0);
    });

    it('an entry that is not renewed expires, and a renewal keeps it', async () => {
      const { presence, another, age } = await start();
      const kept = await presence.claim({ machineId: 'kept', podId: 'a' });
      await another.claim({ machineId: 'lost', podId: 'b' });

      await age(PRESENCE_EXPIRY_MS - 2000);
      await presence.renew([kept.entry]);
      await age(4000);

      assert.deepEqual(await presence.find(['kept', 'lost']), new Map([['kept', kept.entry]]));
      assert.ok((await presence.lastSeen(['lost'])).has('lost'));
    });

    it('a holder that renews late gets its machine back when nobody took it', async () => {
      const { presence, another, age } = await start();
      const { entry } = await presence.claim({ machineId: 'm', podId: 'a' });
      await age(PRESENCE_EXPIRY_MS + 1000);

      assert.deepEqual(await presence.renew([entry]), []);

      assert.deepEqual((await another.find(['m'])).get('m'), entry);
    });

    it('what a machine last said is known elsewhere, for as long as it is held', async () => {
      const { presence, another } = await start();
      const { entry } = await presence.claim({ machineId: 'm', podId: 'a' });
      await presence.claim({ machineId: 'silent', podId: 'a' });

      await presence.tell(entry, AT_WORK);
      await presence.tell(entry, { ...AT_WORK, turns: 0, cordon: 7 });

      const known = new Map([['m', { ...AT_WORK, turns: 0, cordon: 7 }]]);
      assert.deepEqual(await another.activities(['m', 'silent', 'unknown']), known);
      await presence.release(entry);
      assert.equal((await another.activities(['m'])).size, 0);
    });

    it('what was said over an older link means nothing under a newer one', async () => {
      const { presence, another } = await start();
      const old = await presence.claim({ machineId: 'm', podId: 'a' });
      await presence.tell(old.entry, AT_WORK);
      const newer = await another.claim({ machineId: 'm', podId: 'b' });

      assert.equal((await presence.activities(['m'])).size, 0);
      await another.tell(newer.entry, { ...AT_WORK, turns: 5 });
      await presence.tell(old.entry, AT_WORK);

      assert.equal((await presence.activities(['m'])).get('m')?.turns, 5);
    });

    it('what was said is not told of a machine whose holder fell silent', async () => {
      const { presence, another, age } = await start();
      const { entry } = await presence.claim({ machineId: 'm', podId: 'a' });
      await presence.tell(entry, AT_WORK);
      await age(PRESENCE_EXPIRY_MS + 1000);

      assert.equal((await another.activities(['m'])).size, 0);
      await presence.renew([entry]);
      assert.deepEqual((await another.activities(['m'])).get('m'), AT_WORK);
    });

    it('of two hundred claims at once exactly one stands, the one of the highest epoch', async () => {
      const { presence, another } = await start();

      const claims = await Promise.all(
        Array.from({ length: 200 }, (_, index) =>
          (index % 2 ? presence : another).claim({ machineId: 'm', podId: `pod-${index}` }),
        ),
      );

      const epochs = claims.map(({ entry }) => entry.epoch);
      assert.equal(new Set(epochs).size, 200);
      assert.equal((await presence.find(['m'])).get('m')?.epoch, Math.max(...epochs));
    });
  });
}
