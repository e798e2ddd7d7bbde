import assert from 'node:assert/strict';
import type { Announcement, Fall } from '@spectral/common';
import { CLOSE } from '@spectral/proto/wire';
import { cleanUpAfterEach } from '../support/clean-up.ts';
import { connectBrowser } from '../support/fake-browser.ts';
import { connectMachine } from '../support/fake-machine.ts';
import { createIdentity } from '../support/identity.ts';
import { memoryGround, startPod } from '../support/start-pod.ts';
import { until } from '../support/until.ts';

describe('sockets are checked again', () => {
  cleanUpAfterEach();

  const person: [string, Announcement, Fall][] = [
    ['visibility changed', { type: 'machine-changed', machineId: 'machine' }, 'forbidden'],
    ['the person left the team', { type: 'member-changed', teamId: 'team', userId: 'user' }, 'forbidden'],
    ['the login ended', { type: 'login-ended', loginId: 'login' }, 'login-ended'],
  ];
  for (const [what, announcement, reason] of person) {
    it(`${what}: the person’s sockets close with 4403 on every pod within a second, others stay`, async () => {
      const { identity, ground, a, b } = await start();
      const mine = [await a.browser(), await b.browser()];
      const other = await a.browser({ sub: 'other', session: 'other' });
      identity.fallen.set('user', reason);
      const begun = Date.now();

      await ground.announcements.publish(announcement);

      for (const browser of mine) assert.equal(await browser.closedWith(), CLOSE.forbidden.code);
      assert.ok(Date.now() - begun < 1000);
      assert.equal(other.disconnected, false);
    });
  }

  const machine: [string, Announcement, Fall, number][] = [
    ['the machine was revoked', { type: 'machine-revoked', machineId: 'machine' }, 'revoked', 4001],
    ['its team key ended', { type: 'key-ended', keyId: 'key' }, 'key-ended', 4401],
    ['its owner was removed', { type: 'member-changed', teamId: 'team', userId: 'x' }, 'forbidden', 4401],
    ['it is another’s now', { type: 'machine-changed', machineId: 'machine' }, 'unknown', 4401],
    ['it registered again', { type: 'machine-changed', machineId: 'machine' }, 'newer', 4409],
  ];
  for (const [what, announcement, reason, code] of machine) {
    it(`${what}: its link closes with ${code}, other machines stay`, async () => {
      const { identity, ground, a, b } = await start();
      const link = await b.machine({ key: 'key' });
      const other = await a.machine({ sub: 'other', key: 'another' });
      identity.fallen.set('machine', reason);

      await ground.announcements.publish(announcement);

      assert.equal(await link.closed(), code);
      assert.equal(other.closeCode, null);
    });
  }

  it('a new registration replaces the link at once and names the host', async () => {
    const { ground, a } = await start();
    const link = await a.machine();
    const facts = { machineId: 'machine', registration: 2, host: 'new-host' };

    await ground.announcements.publish({ type: 'machine-registered', ...facts });

    assert.equal((await link.control('replaced')).host, 'new-host');
    assert.equal(await link.closed(), CLOSE.replaced.code);
  });

  it('an announcement of what already holds closes nobody', async () => {
    const { identity, ground, a } = await start();
    const [link, browser] = [await a.machine(), await a.browser()];
    const before = identity.asked.length;

    await ground.announcements.publish({ type: 'machine-changed', machineId: 'machine' });
    await ground.announcements.publish({
      type: 'machine-registered',
      machineId: 'machine',
      registration: 1,
      host: 'x',
    });
    await until('asked', () => identity.asked.length > before);
    await browser.request({});

    assert.equal(link.closeCode, null);
    assert.equal(browser.disconnected, false);
  });

  it('whoever falls while being let in is caught', async () => {
    const { identity, ground, a } = await start();
    const claim = ground.presence.claim;
    ground.presence.claim = async (wanted) => {
      identity.fallen.set('machine', 'revoked');
      await ground.announcements.publish({ type: 'machine-revoked', machineId: 'machine' });
      return claim(wanted);
    };
    const find = ground.presence.find;
    ground.presence.find = async (machineIds) => {
      identity.fallen.set('user', 'forbidden');
      await ground.announcements.publish({ type: 'login-ended', loginId: 'login' });
      return find(machineIds);
    };

    const browser = await a.browser();
    const link = await a.machine();

    assert.equal(await browser.closedWith(), CLOSE.forbidden.code);
    assert.equal(await link.closed(), CLOSE.machineRevoked.code);
  });

  it('a lost announcement is made good by the sweep', async () => {
    const { identity, a } = await start({ standingSweepMs: 100 });
    const [link, browser] = [await a.machine(), await a.browser()];

    identity.fallen.set('user', 'forbidden').set('machine', 'revoked');

    assert.equal(await browser.closedWith(), CLOSE.forbidden.code);
    assert.equal(await link.closed(), CLOSE.machineRevoked.code);
  });

  it('while the gateway is away sockets stay', async () => {
    const { identity, a } = await start({ standingSweepMs: 50 });
    const [link, browser] = [await a.machine(), await a.browser()];

    identity.away = true;
    await until('two failed sweeps', () => a.pod.relay.counters.standingFailures >= 4);

    assert.equal(link.closeCode, null);
    assert.equal((await browser.request({})).answer.status, 200);
  });
});

async function start(settings = {}) {
  const identity = await createIdentity();
  const ground = memoryGround(identity);
  const pod = async () => {
    const started = await startPod(ground, settings);
    return {
      pod: started,
      machine: async (grant = {}) => connectMachine(started.url, await identity.machineToken(grant)),
      browser: async (grant = {}) => connectBrowser(started.url, await identity.ticket('machine', grant)),
    };
  };
  return { identity, ground, a: await pod(), b: await pod() };
}
