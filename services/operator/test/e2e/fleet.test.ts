import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import type { FleetPhase } from '@spectral/proto/wire';
import { until } from '../support/until.ts';
import { fleetOf, conditionOf, IMAGE, type Fleet } from './support/fleet.ts';
import { startFleetSite, type FleetSite } from './support/fleet-site.ts';
import { beginTurn, machinesOf } from './support/people.ts';
import { startRealHome, type RealHome } from './support/real-home.ts';
import { servePods } from './support/serve-pods.ts';

const LIMIT_MS = 40_000;

/** Real gateway, relay, Redis, API server, controllers, scheduler, operator and `spectral serve`: nothing is faked but nodes. */
describe('a fleet, end to end', function () {
  this.timeout(120_000);
  let site: FleetSite<RealHome> | undefined;

  before(async () => {
    site = await startFleetSite({
      startHome: startRealHome,
      player: ({ server: { admin, folder }, disks }) => servePods({ admin, disks, folder }),
    });
  });
  after(() => site?.stop());

  const parts = (): { site: FleetSite<RealHome>; fleet: Fleet; home: RealHome } => {
    assert.ok(site, 'the site did not start');
    return { site, fleet: fleetOf(site.server.admin), home: site.home };
  };
  const poolIsReady = async (pool: string, count: number) => {
    const { fleet } = parts();
    await until(
      `pool ${pool} has ${count} ready`,
      async () => (await fleet.pool(pool)).status?.ready === count,
      LIMIT_MS,
    );
  };

  it('a pool of three enrols three machines that people find online', async () => {
    const { fleet, home } = parts();
    await fleet.makeTemplate('small');
    // A minute is the least; what comes of it is looked at below.
    await fleet.makeTemplate('drowsy', { lifecycle: { hibernateAfter: '60s' } });
    await fleet.makePool('drowsy', { templateRef: { name: 'drowsy' }, team: home.teamId, replicas: 1 });

    await fleet.makePool('builders', { templateRef: { name: 'small' }, team: home.teamId, replicas: 3 });

    await poolIsReady('builders', 3);
    await peopleSee(home, 'builders', 'ready');
    const machines = await machinesOf(home.person, 'builders');
    assert.deepEqual(
      machines.map(({ online }) => online),
      [true, true, true],
    );
    assert.equal(new Set(machines.map(({ id }) => id)).size, 3);
  });

  it('no pod carries a team key, and each has a Secret of its own', async () => {
    const { fleet } = parts();

    const pods = await fleet.pods('builders');
    const secrets = (await fleet.list('secrets')).filter(({ metadata }) =>
      /^builders-\d+-enrolment$/.test(metadata.name),
    );

    assert.equal(secrets.length, 3);
    assert.ok(!/sk-spectral-(?!enrol-)/.test(JSON.stringify(pods)));
    for (const secret of secrets) {
      const { token = '' } = (secret['data'] ?? {}) as { readonly token?: string };
      assert.match(Buffer.from(token, 'base64').toString(), /^sk-spectral-enrol-/);
    }
  });

  it('a busy machine is not removed by a scale-down, is kept from eviction, and goes when its turn ends', async () => {
    const { fleet, home } = parts();
    const [agent] = await fleet.agents('builders');
    assert.ok(agent?.status?.machineId);
    const { name } = agent.metadata;
    const turn = await beginTurn(home.person, agent.status.machineId);
    await until(
      'the pod is labelled busy',
      async () =>
        (await fleet.pods('builders')).some(
          ({ metadata }) => metadata.name === name && metadata.labels?.['spectral.dev/busy'] === 'true',
        ),
      LIMIT_MS,
    );

    await until('an eviction is refused', async () => (await fleet.evict(name)) === 429, LIMIT_MS);
    await fleet.change('agentpools', 'builders', { spec: { replicas: 0 } });
    await until(
      'only the busy one is left',
      async () => (await fleet.agents('builders')).length === 1,
      LIMIT_MS,
    );
    assert.equal((await fleet.agents('builders'))[0]?.metadata.name, name);
    assert.equal(await turn.isRunning(), true);

    await turn.end();
    await until('it went', async () => (await fleet.agents('builders')).length === 0, LIMIT_MS);
    assert.equal(turn.wasCut(), false);
    turn.close();
  });

  it('a machine whose Agent is deleted ends its turn, then its identity and its disk are gone for good', async () => {
    const { site: running, fleet, home } = parts();
    await fleet.makePool('short-lived', { templateRef: { name: 'small' }, team: home.teamId, replicas: 1 });
    await poolIsReady('short-lived', 1);
    const [agent] = await fleet.agents('short-lived');
    assert.ok(agent);
    const token = await tokenOnDisk(running, agent.metadata.name);
    assert.equal(await statusWith(home, token), 200);

    await fleet.change('agentpools', 'short-lived', { spec: { replicas: 0 } });

    await until('the Agent is gone', async () => (await fleet.agent(agent.metadata.name)) === null, LIMIT_MS);
    assert.equal(await statusWith(home, token), 401);
    assert.deepEqual(await machinesOf(home.person, 'short-lived'), []);
    await until(
      'its disk and its Secret are gone',
      async () =>
        ![...(await fleet.list('persistentvolumeclaims')), ...(await fleet.list('secrets'))].some(
          ({ metadata }) => metadata.name.startsWith(agent.metadata.name),
        ),
      LIMIT_MS,
    );
  });

  it('a claim gets a fresh machine with its owner’s name; after the claim nobody else gets it', async () => {
    const { fleet, home } = parts();
    await fleet.makePool('claimed', {
      templateRef: { name: 'small' },
      team: home.teamId,
      autoscale: { minIdle: 1, maxAgents: 3 },
    });
    await poolIsReady('claimed', 1);

    const began = performance.now();
    await fleet.make('agentclaims', 'AgentClaim', 'for-ana', {
      poolRef: { name: 'claimed' },
      requestedBy: 'ana@example.com',
    });
    const bound = await boundAgent(fleet, 'for-ana');
    const waitedMs = performance.now() - began;

    assert.ok(waitedMs < 2_000, `a warm claim took ${waitedMs} ms`);
    assert.equal((await fleet.agent(bound))?.spec.owner, 'ana@example.com');
    await poolIsReady('claimed', 2); // a spare takes its place
    await fleet.remove('agentclaims', 'for-ana');
    await until('the used machine is gone', async () => (await fleet.agent(bound)) === null, LIMIT_MS);
  });

  it('a machine sleeps with its disk, and a wake brings the same machine back', async () => {
    const { site: running, fleet, home } = parts();
    await fleet.makePool('sleepers', { templateRef: { name: 'small' }, team: home.teamId, replicas: 1 });
    await poolIsReady('sleepers', 1);
    const [agent] = await fleet.agents('sleepers');
    assert.ok(agent);
    const { name } = agent.metadata;

    await fleet.change('agents', name, { spec: { mode: 'Hibernated' } });
    await until('it sleeps', async () => (await fleet.agent(name))?.status?.phase === 'asleep', LIMIT_MS);
    assert.deepEqual(await fleet.pods('sleepers'), []);
    await peopleSee(home, 'sleepers', 'asleep');
    const [asleep] = await machinesOf(home.person, 'sleepers');
    assert.ok(asleep);

    await fleet.change('agents', name, { spec: { mode: 'Running' } });
    await until('it is back', async () => (await fleet.agent(name))?.status?.phase === 'ready', LIMIT_MS);
    const [awake] = await machinesOf(home.person, 'sleepers');
    assert.equal(awake?.id, asleep.id);
    assert.ok(running.kubelet.pod('machines', name));
  });

  it('a new revision swaps an idle machine at once and a busy one at the end of its turn', async () => {
    const { fleet, home } = parts();
    await fleet.makeTemplate('changing');
    await fleet.makePool('updated', {
      templateRef: { name: 'changing' },
      team: home.teamId,
      replicas: 2,
      update: { maxUnavailable: 2 },
    });
    await poolIsReady('updated', 2);
    const [busy] = await fleet.agents('updated');
    assert.ok(busy?.status?.machineId);
    const uidOf = async () =>
      (await fleet.pods('updated')).find(({ metadata }) => metadata.name === busy.metadata.name)?.metadata
        .uid;
    const turn = await beginTurn(home.person, busy.status.machineId);
    const before = await uidOf();

    await fleet.change('agenttemplates', 'changing', {
      spec: { pod: { image: IMAGE.replaceAll('1', '2') } },
    });
    await until(
      'the idle one is new',
      async () => (await fleet.pool('updated')).status?.updated === 1,
      LIMIT_MS,
    );
    await until(
      'the busy one says that it is not',
      async () => conditionOf(await fleet.agent(busy.metadata.name), 'UpToDate')?.status === 'False',
      LIMIT_MS,
    );
    assert.equal(await uidOf(), before);

    await turn.end();
    await until('both are new', async () => (await fleet.pool('updated')).status?.updated === 2, LIMIT_MS);
    await poolIsReady('updated', 2);
    assert.notEqual(await uidOf(), before);
    assert.equal(turn.wasCut(), false);
    turn.close();
  });

  it('while the relay is away nothing is taken down, for unknown counts as busy', async () => {
    const { fleet, home } = parts();
    await fleet.makePool('unheard', { templateRef: { name: 'small' }, team: home.teamId, replicas: 1 });
    await poolIsReady('unheard', 1);
    const [agent] = await fleet.agents('unheard');
    assert.ok(agent);

    await home.stopRelay();
    await until(
      'nothing is known of it',
      async () => conditionOf(await fleet.agent(agent.metadata.name), 'Busy')?.status === 'Unknown',
      LIMIT_MS,
    );
    await fleet.change('agentpools', 'unheard', { spec: { replicas: 0 } });
    await delay(4_000); // two looks at the relay: long enough for a hasty operator
    assert.equal((await fleet.pods('unheard')).length, 1);

    await home.startRelay();
    await until('it went', async () => (await fleet.agents('unheard')).length === 0, LIMIT_MS);
    for (const pool of ['sleepers', 'updated']) {
      await until(`the machines of ${pool} are back`, async () => isOnline(home, pool), LIMIT_MS);
    }
  });

  it('a process that dies comes back as the same machine', async () => {
    const { site: running, fleet, home } = parts();
    const [agent] = await fleet.agents('sleepers');
    assert.ok(agent);
    const { name } = agent.metadata;
    const [before] = await machinesOf(home.person, 'sleepers');
    assert.ok(before?.pid);

    await running.kubelet.pod('machines', name)?.stop(0);

    const online = async () => {
      const [now] = await machinesOf(home.person, 'sleepers');
      return now?.online === true && now.pid !== before.pid && now.id === before.id;
    };
    await until('it is online again', online, LIMIT_MS);
  });

  it('a machine nobody uses falls asleep by itself; a person wakes it, and looking at it does not', async () => {
    const { fleet, home } = parts();
    const [agent] = await fleet.agents('drowsy');
    assert.ok(agent);
    const { name } = agent.metadata;
    await until('it sleeps', async () => (await fleet.agent(name))?.status?.phase === 'asleep', 90_000);
    const [asleep] = await machinesOf(home.person, 'drowsy');
    assert.ok(asleep);
    await delay(4_000); // two looks of the operator at the gateway
    assert.deepEqual(await fleet.pods('drowsy'), []);

    await home.person.gateway.wakeMachine(asleep.id);

    await until(
      'it is back',
      async () => (await machinesOf(home.person, 'drowsy'))[0]?.online === true,
      LIMIT_MS,
    );
    assert.equal((await machinesOf(home.person, 'drowsy'))[0]?.id, asleep.id);
  });

  it('machines and turns go on while there is no operator', async () => {
    const { site: running, fleet, home } = parts();
    const [agent] = await fleet.agents('updated');
    assert.ok(agent?.status?.machineId);

    await running.operator.stop('SIGKILL');
    const turn = await beginTurn(home.person, agent.status.machineId);
    await turn.end();

    assert.equal(turn.wasCut(), false);
    turn.close();
    await running.operator.start();
  });

  it('the namespace can be deleted: nothing hangs', async () => {
    const { site: running } = parts();
    const { admin } = running.server;

    await admin.remove('/api/v1/namespaces/machines');

    await until(
      'the namespace is gone',
      async () =>
        !(await admin.list('/api/v1/namespaces')).some(({ metadata }) => metadata.name === 'machines'),
      60_000,
    );
  });
});

async function boundAgent(fleet: Fleet, claim: string): Promise<string> {
  const found: { agent: string } = { agent: '' };
  await until(
    `claim ${claim} is bound`,
    async () => {
      const { status } = (await fleet.claim(claim)) as {
        readonly status?: { readonly phase?: string; readonly agentRef?: { readonly name: string } };
      };
      found.agent = status?.agentRef?.name ?? '';
      return status?.phase === 'Bound';
    },
    LIMIT_MS,
  );
  return found.agent;
}

/** The operator writes a status first and tells the gateway, where people look, right after. */
async function peopleSee({ person }: RealHome, pool: string, phase: FleetPhase): Promise<void> {
  await until(
    `people see the machines of ${pool} ${phase}`,
    async () => {
      const machines = await machinesOf(person, pool);
      return machines.length > 0 && machines.every(({ fleet }) => fleet?.phase === phase);
    },
    LIMIT_MS,
  );
}

async function isOnline({ person }: RealHome, pool: string): Promise<boolean> {
  const machines = await machinesOf(person, pool);
  return machines.length > 0 && machines.every(({ online }) => online);
}

/** The identity that a machine's process keeps on its disk. */
async function tokenOnDisk({ server, disks }: FleetSite<RealHome>, agent: string): Promise<string> {
  const claims = await server.admin.list('/api/v1/namespaces/machines/persistentvolumeclaims');
  const claim = claims.find(({ metadata }) => metadata.name.startsWith(`${agent}-`));
  assert.ok(claim);
  const { volumeName } = claim['spec'] as { readonly volumeName: string };
  const file = `${disks.folderOf(volumeName)}/.spectral/machine.json`;
  return (JSON.parse(readFileSync(file, 'utf8')) as { readonly token: string }).token;
}

/** What the gateway says to a call of the machine's own. */
async function statusWith({ gatewayUrl }: RealHome, token: string): Promise<number> {
  return (await fetch(`${gatewayUrl}/v1/models`, { headers: { authorization: `Bearer ${token}` } })).status;
}
