/** Several relays behind real load balancers, with the configurations of docs/scaling.md. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { createRedisAnnouncements, createRedisPresence, silentLogger } from '@spectral/common';
import { FrameKind, encodeFrame } from '@spectral/proto/wire';
import { startRedis } from '../../common/test/support/start-redis.ts';
import { createRedisBus } from '../src/routing/redis-bus.ts';
import { afterTest, cleanUpAfterEach } from './support/clean-up.ts';
import { connectBrowser, type FakeBrowser } from './support/fake-browser.ts';
import { connectMachine, type FakeMachine } from './support/fake-machine.ts';
import { createIdentity, type Identity } from './support/identity.ts';
import { HAPROXY, NGINX, startBalancer } from './support/start-balancer.ts';
import { startPod, type Pod } from './support/start-pod.ts';
import { until } from './support/until.ts';

const RELAYS = 3;
const MACHINES = 12;
const EVENTS = 10;

for (const kind of [NGINX, HAPROXY]) {
  describe(`relays behind ${kind.name}`, function () {
    this.timeout(20_000);
    cleanUpAfterEach();

    it('a machine and its readers meet on one relay, and nothing of theirs goes over Redis', async () => {
      const { pods, url, identity } = await start();

      const sites = await connectSites(url, identity, true);
      await Promise.all(sites.map(talk));

      assert.equal(sentOverRedis(pods), 0);
      assert.ok(pods.filter(({ relay }) => relay.stats.machines > 0).length > 1, 'machines spread');
    });

    it('without the parameter everything works, over Redis', async () => {
      const { pods, url, identity } = await start();

      const sites = await connectSites(url, identity, false);
      await Promise.all(sites.map(talk));

      assert.ok(sentOverRedis(pods) > 0);
      assert.ok(pods.filter(({ relay }) => relay.stats.machines > 0).length > 1, 'machines spread');
    });

    it('a relay that drains costs nobody a refusal, and machine and reader meet on another', async () => {
      const { pods, url, identity } = await start();
      const machineId = randomUUID();
      await connectSite(url, identity, machineId, true);
      const [left] = pods.filter(({ relay }) => relay.stats.machines > 0);
      assert.ok(left);
      await left.relay.drain(50, 50);

      await talk(await connectSite(url, identity, machineId, true));

      assert.equal(left.relay.stats.machines, 0);
      assert.equal(sentOverRedis(pods), 0);
    });

    async function start() {
      const redis = await startRedis();
      afterTest(() => redis.stop());
      const log = silentLogger();
      const presence = await createRedisPresence(redis, log);
      const announcements = await createRedisAnnouncements(redis, log);
      afterTest(() => Promise.all([presence.close(), announcements.close()]));
      const identity = await createIdentity();
      const connectBus = (podId: string) => createRedisBus({ address: redis, podId, log });
      const ground = { identity, presence, announcements, connectBus };
      const pods: Pod[] = [];
      while (pods.length < RELAYS) pods.push(await startPod(ground));
      const url = await startBalancer(
        kind,
        pods.map(({ relay }) => relay.port),
      );
      return { pods, url, identity };
    }
  });
}

interface Site {
  readonly machine: FakeMachine;
  readonly readers: readonly FakeBrowser[];
}

async function connectSites(url: string, identity: Identity, named: boolean): Promise<Site[]> {
  const ids = Array.from({ length: MACHINES }, () => randomUUID());
  return Promise.all(ids.map((machineId) => connectSite(url, identity, machineId, named)));
}

/** A machine with two readers; `named` in their queries, or not. */
async function connectSite(
  url: string,
  identity: Identity,
  machineId: string,
  named: boolean,
): Promise<Site> {
  const name = named ? machineId : undefined;
  const machine = await connectMachine(url, await identity.machineToken({ sub: machineId }), name);
  const reader = async () => connectBrowser(url, await identity.ticket(machineId), name);
  return { machine, readers: [await reader(), await reader()] };
}

/** Requests are answered and events arrive, once and in order. */
async function talk({ machine, readers }: Site): Promise<void> {
  const channel = randomUUID();
  for (const reader of readers) {
    await until('the machine is seen', () => isOnline(reader));
    reader.sendControl({ kind: 'open', channel, cursor: { epoch: 0, seq: 0 } });
    assert.equal((await reader.request({})).answer.status, 200);
  }
  await machine.control('open', readers.length);
  for (let sequence = 1; sequence <= EVENTS; sequence++) {
    machine.send(encodeFrame({ kind: FrameKind.events, channel, sequence }));
  }
  for (const reader of readers) {
    await reader.frame(FrameKind.events, EVENTS);
    const events = reader.frames.filter(({ kind }) => kind === FrameKind.events);
    assert.deepEqual(
      events.map(({ sequence }) => sequence),
      Array.from({ length: EVENTS }, (_, index) => index + 1),
    );
  }
}

function isOnline({ controls }: FakeBrowser): boolean {
  return controls.some((control) =>
    control.kind === 'welcome' ? control.machine.online : control.kind === 'presence' && control.online,
  );
}

function sentOverRedis(pods: readonly Pod[]): number {
  return pods.reduce((sum, { relay }) => sum + relay.counters.messagesToPods, 0);
}
