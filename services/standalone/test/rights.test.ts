/** Rights that end: the gateway's own API takes them away, and relay processes behind it cut the sockets. */
import assert from 'node:assert/strict';
import { createRedisAnnouncements, createRedisPresence, silentLogger } from '@spectral/common';
import { CLOSE } from '@spectral/proto/wire';
import { startRedis } from '../../common/test/support/start-redis.ts';
import { machineNames, register } from '../../gateway/test/support/machines.ts';
import {
  bearing,
  newMember,
  owner,
  userTokenOf,
  type TestPerson,
} from '../../gateway/test/support/people.ts';
import {
  SERVICE_SECRET,
  startTestGateway,
  type TestGateway,
} from '../../gateway/test/support/start-gateway.ts';
import type { ApiClient } from '../../gateway/test/support/api-client.ts';
import { afterTest, cleanUpAfterEach } from '../../relay/test/support/clean-up.ts';
import { connectBrowser, type FakeBrowser } from '../../relay/test/support/fake-browser.ts';
import { connectMachine, type FakeMachine } from '../../relay/test/support/fake-machine.ts';
import { startProcess, type RelayProcess } from '../../relay/test/support/start-process.ts';

const AT_MOST_MS = 1_000;

describe('rights that end', function () {
  this.timeout(60_000);
  cleanUpAfterEach();

  it('a machine that is revoked loses its link, and everybody on every relay their connection to it', async () => {
    const { boss, member, enrolled, ways } = await start();
    const [gone, other] = [await enrolled(0), await enrolled(1)];
    const cut = [...(await ways(boss, gone.id)), ...(await ways(member, gone.id))];
    const stays = await ways(member, other.id);

    const ms = await timed(() => boss.api.delete(`/api/machines/${gone.id}`), cut, [gone.link]);

    assert.ok(ms < AT_MOST_MS, `cut after ${ms} ms`);
    assert.equal(gone.link.closeCode, CLOSE.machineRevoked.code);
    for (const browser of cut) assert.equal(await browser.closedWith(), CLOSE.machineRevoked.code);
    await stillThere(stays, other.link);
  });

  it('a machine that is made private keeps its owner’s connections and loses all others', async () => {
    const { boss, member, enrolled, ways } = await start();
    const machine = await enrolled(0);
    const [cut, stays] = [await ways(member, machine.id), await ways(boss, machine.id)];

    const hide = () => boss.api.patch(`/api/machines/${machine.id}/visibility`, { visibility: 'PRIVATE' });
    const ms = await timed(hide, cut, []);

    assert.ok(ms < AT_MOST_MS, `cut after ${ms} ms`);
    for (const browser of cut) assert.equal(await browser.closedWith(), CLOSE.forbidden.code);
    await stillThere(stays, machine.link);
  });

  it('a member who is removed loses their connections, and the machines that were theirs are revoked', async () => {
    const { boss, member, team, enrolled, enrolledBy, ways } = await start();
    const shared = await enrolled(0);
    const own = await enrolledBy(member, 1);
    const [cut, stays] = [
      [...(await ways(member, shared.id)), ...(await ways(member, own.id))],
      await ways(boss, shared.id),
    ];

    const remove = () => boss.api.delete(`/api/teams/${team}/members/${member.userId}`);
    const ms = await timed(remove, cut, [own.link]);

    assert.ok(ms < AT_MOST_MS, `cut after ${ms} ms`);
    assert.equal(own.link.closeCode, CLOSE.machineRevoked.code);
    await stillThere(stays, shared.link);
  });

  it('a team key that is rotated cuts every machine that came with it, on every relay, and no other', async () => {
    const { boss, team, enrolled, enrolledWith, ways } = await start();
    const { key, secret } = (await boss.api.post(`/api/teams/${team}/keys`, { name: 'another' })).body;
    const cut = [await enrolledWith(secret, 0), await enrolledWith(secret, 1)];
    const other = await enrolled(0);
    const stays = await ways(boss, other.id);

    const rotate = () => boss.api.post(`/api/teams/${team}/keys/${key.id}/rotate`);
    const links = cut.map(({ link }) => link);
    const ms = await timed(rotate, [], links);

    assert.ok(ms < AT_MOST_MS, `cut after ${ms} ms`);
    for (const link of links) assert.equal(link.closeCode, CLOSE.tokenExpired.code);
    await stillThere(stays, other.link);
  });
});

interface Enrolled {
  readonly id: string;
  readonly link: FakeMachine;
}

/** A gateway and two relay processes on one Redis, with an owner and a member of a team. */
async function start() {
  const { gateway, relays } = await startServices();
  const boss = await owner(gateway);
  const member = await newMember(gateway, boss.api, { teamId: boss.teamId });
  const named = machineNames();
  const enrolledBearing = async (caller: ApiClient, relay: number): Promise<Enrolled> => {
    const { machine, token } = await register(caller, named());
    return { id: machine.id, link: await connectMachine(urlOf(relays, relay), token) };
  };
  const enrolledWith = (secret: string, relay: number) => enrolledBearing(bearing(gateway, secret), relay);
  return {
    boss,
    member,
    team: boss.teamId,
    enrolledWith,
    enrolled: (relay: number) => enrolledWith(gateway.firstRun.teamKey, relay),
    enrolledBy: async (person: TestPerson, relay: number) =>
      enrolledBearing(bearing(gateway, await userTokenOf(gateway, person.api)), relay),
    /** A person's connections to a machine, one over each relay. */
    ways: (person: TestPerson, machineId: string) =>
      Promise.all(
        relays.map(async ({ url }) => {
          const { body } = await person.api.post('/api/relay-tickets', { machineId });
          return connectBrowser(url, body.ticket);
        }),
      ),
  };
}

async function startServices(): Promise<{ gateway: TestGateway; relays: RelayProcess[] }> {
  const redis = await startRedis();
  afterTest(() => redis.stop());
  const announcements = await createRedisAnnouncements(redis, silentLogger());
  const presence = await createRedisPresence(redis, silentLogger());
  const gateway = await startTestGateway({}, { announcements, presence });
  afterTest(() => gateway.close());
  const settings = {
    gatewayUrl: gateway.url,
    redisUrl: redis.url,
    env: { SPECTRAL_SERVICE_SECRET: SERVICE_SECRET },
  };
  return { gateway, relays: await Promise.all([startProcess(settings), startProcess(settings)]) };
}

/** Milliseconds from the order to the end of the last of these sockets. */
async function timed(
  order: () => Promise<{ readonly status: number }>,
  browsers: readonly FakeBrowser[],
  links: readonly FakeMachine[],
): Promise<number> {
  const begun = performance.now();
  const { status } = await order();
  assert.equal(status, 200);
  await Promise.all([
    ...browsers.map((browser) => browser.closedWith()),
    ...links.map((link) => link.closed()),
  ]);
  return performance.now() - begun;
}

async function stillThere(browsers: readonly FakeBrowser[], link: FakeMachine): Promise<void> {
  for (const browser of browsers) assert.equal((await browser.request({})).answer.status, 200);
  assert.equal(link.closeCode, null);
}

function urlOf(relays: readonly RelayProcess[], index: number): string {
  const relay = relays[index];
  assert.ok(relay);
  return relay.url;
}
