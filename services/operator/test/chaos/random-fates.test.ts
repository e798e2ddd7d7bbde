// Calls that fail in every way, watches that end and forget, services that go away and operators that die, at random.
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { cleanUpAfterEach } from '../support/clean-up.ts';
import type { Fate } from '../support/fateful-life.ts';
import { startFleetSite, type FleetSite } from '../support/start-fleet-site.ts';

const fate = fc.oneof(
  { weight: 12, arbitrary: fc.constant<Fate>('passes') },
  { weight: 3, arbitrary: fc.constantFrom<Fate>('refused', 'unanswered', 'conflict') },
  { weight: 1, arbitrary: fc.constantFrom<Fate>('dies before', 'dies after') },
);

/** What people and the world do, one after the other. */
const step = fc.oneof(
  fc.record({ do: fc.constant('scale' as const), replicas: fc.integer({ min: 0, max: 4 }) }),
  fc.record({ do: fc.constant('update' as const), image: fc.constantFrom('1', '2', '3') }),
  fc.record({ do: fc.constant('begin' as const), machine: fc.nat(4) }),
  fc.record({ do: fc.constant('end' as const), machine: fc.nat(4) }),
  fc.record({ do: fc.constant('cut' as const), forget: fc.boolean() }),
  fc.record({
    do: fc.constant('away' as const),
    what: fc.constantFrom('gateway' as const, 'relay' as const),
  }),
  fc.record({ do: fc.constant('silence' as const) }),
  fc.record({ do: fc.constant('back' as const) }),
);
type Step = typeof step extends fc.Arbitrary<infer S> ? S : never;

describe('an operator in a bad world', function () {
  this.timeout(60_000);
  cleanUpAfterEach();

  it('never cuts a turn nor doubles a machine, and ends as asked once the world is good again', async () => {
    const life = fc.record({
      steps: fc.array(fc.record({ step, waitMs: fc.nat(20_000) }), { minLength: 3, maxLength: 12 }),
      fates: fc.infiniteStream(fate),
    });

    await fc.assert(
      fc.asyncProperty(life, async ({ steps, fates }) => {
        const site = await startFleetSite();
        const world = { isBad: true };
        const keeper = keepOneAlive(site, () => (world.isBad ? fates.next().value : 'passes'));
        let replicas = 2;
        await site.createPool('build', replicas);

        for (const { step: next, waitMs } of steps) {
          if (next.do === 'scale') ({ replicas } = next);
          await take(site, next);
          await site.timers.advance(waitMs);
        }
        world.isBad = false;
        makeGood(site);
        for (const machineId of site.relay.online) {
          while ((site.relay.activityOf(machineId)?.turns ?? 0) > 0) site.relay.endTurn(machineId);
        }

        await site.until('as many machines as asked for', () => hasSettled(site, replicas), 900_000);
        keeper.stop();
        assert.deepEqual(site.kubelet.faults, []);
        assert.equal((await site.agents()).length, replicas);
      }),
      { numRuns: 25 },
    );
  });
});

async function take(site: FleetSite, next: Step): Promise<void> {
  const { relay } = site;
  switch (next.do) {
    case 'scale':
      return site.scale('build', next.replicas);
    case 'update':
      return site.update(`registry.example/agent@sha256:${next.image}`);
    case 'begin':
      return void relay.beginTurn(relay.online[next.machine] ?? '');
    case 'end':
      return relay.endTurn(relay.online[next.machine] ?? '');
    case 'cut':
      return site.disturbWatches(next.forget);
    case 'away':
      site[next.what].away = true;
      return undefined;
    case 'silence':
      site.kubelet.silent = true;
      return undefined;
    case 'back':
      return makeGood(site);
  }
}

function makeGood({ gateway, relay, kubelet }: FleetSite): void {
  gateway.away = false;
  relay.away = false;
  kubelet.silent = false;
}

/** As a Deployment does: a dead operator is followed by another. */
function keepOneAlive(site: FleetSite, fateOf: () => Fate) {
  const state = { stopped: false };
  const start = () => {
    if (state.stopped) return;
    void site.startOperator(fateOf).life.died.then(start);
  };
  start();
  return { stop: () => void (state.stopped = true) };
}

async function hasSettled(
  { relay, gateway, agents, kubelet }: FleetSite,
  machines: number,
): Promise<boolean> {
  const kept = [...gateway.kept.values()].filter(({ revoked }) => !revoked);
  const takesTurns = (machineId: string) => relay.activityOf(machineId)?.cordon === null;
  return (
    (await agents()).length === machines &&
    kept.length === machines &&
    kubelet.running.size === machines &&
    relay.online.length === machines &&
    relay.online.every(takesTurns)
  );
}
