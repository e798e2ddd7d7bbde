// The operator is killed around each of its calls, one after the other, and another one takes over.
import assert from 'node:assert/strict';
import { afterTest, cleanUpAfterEach } from '../support/clean-up.ts';
import type { Fate } from '../support/fateful-life.ts';
import { startFleetSite, type FleetSite } from '../support/start-fleet-site.ts';

const LIMIT_MS = 120_000;
/** Longer than a new leader takes to come. */
const TURN_MS = 30_000;

interface Story {
  /** What is there before the operator that will die. */
  readonly before: (site: FleetSite) => Promise<void>;
  /** What it is to do. */
  readonly change: (site: FleetSite) => Promise<void>;
  readonly isDone: (site: FleetSite) => Promise<boolean>;
  /** What must be true in the end, beside that no turn was cut. */
  readonly check: (site: FleetSite) => Promise<void>;
}

const scaleUp: Story = {
  before: async () => {},
  change: (site) => site.createPool('build', 3),
  isDone: async ({ relay, agents }) => relay.online.length === 3 && (await agents()).length === 3,
  async check({ gateway, agents, kubelet }) {
    assert.deepEqual(await agents(), ['build-0', 'build-1', 'build-2']);
    assert.equal(gateway.kept.size, 3);
    assert.equal(kubelet.running.size, 3);
  },
};

const scaleDown: Story = {
  before: (site) => poolOf(site, 3),
  async change(site) {
    beginTurns(site, 1);
    await site.scale('build', 1);
  },
  isDone: async ({ relay, agents, gateway }) =>
    relay.online.length === 1 && (await agents()).length === 1 && alive(gateway).length === 1,
  async check({ relay, gateway }) {
    const [left = ''] = relay.online;
    assert.equal(relay.activityOf(left)?.turns, 1, 'the busy one stays');
    assert.deepEqual(alive(gateway), [left]);
    assert.equal(gateway.kept.size, 3);
  },
};

const update: Story = {
  before: (site) => poolOf(site, 2),
  async change(site) {
    beginTurns(site, 1);
    await site.update('registry.example/agent@sha256:2');
    endTurnsLater(site);
  },
  isDone: async ({ images, relay }) =>
    (await images()).filter((image) => image.endsWith(':2')).length === 2 &&
    relay.online.length === 2 &&
    relay.online.every((machineId) => relay.activityOf(machineId)?.cordon === null),
  async check({ gateway, agents }) {
    assert.equal(gateway.kept.size, 2, 'machines keep their identity');
    assert.equal((await agents()).length, 2);
  },
};

const removal: Story = {
  before: (site) => poolOf(site, 2),
  async change(site) {
    beginTurns(site, 1);
    await site.removePool('build');
    endTurnsLater(site);
  },
  isDone: async ({ agents, gateway }) => (await agents()).length === 0 && alive(gateway).length === 0,
  async check({ kubelet, gateway }) {
    assert.equal(kubelet.running.size, 0);
    assert.equal(gateway.kept.size, 2);
  },
};

describe('an operator killed around each of its calls', function () {
  this.timeout(LIMIT_MS);
  cleanUpAfterEach();

  const convergesWhen = (name: string, story: Story, fate: Fate) =>
    it(`${name}, when it ${fate} a call: the next one converges, nothing is doubled and no turn is cut`, async () => {
      const calls = await tell(story, -1, fate);

      assert.ok(calls > 3, `only ${calls} calls`);
      for (let index = 0; index < calls; index++) await tell(story, index, fate);
    });

  for (const [name, story] of Object.entries({ scaleUp, scaleDown, update, removal })) {
    convergesWhen(name, story, 'dies before');
  }
  // To die after one call is to die before the next, except where calls run side by side.
  convergesWhen('scaleUp', scaleUp, 'dies after');
});

/** Gives how many calls the first operator made for the change. */
async function tell(story: Story, deadlyCall: number, fate: Fate): Promise<number> {
  const site = await startFleetSite();
  const counted = { from: Infinity };
  const first = site.startOperator(({ index }) => (index - counted.from === deadlyCall ? fate : 'passes'));
  await site.until('it leads', () => first.isLeading());
  await story.before(site);
  counted.from = first.life.calls.length;
  await story.change(site);
  if (deadlyCall >= 0) site.startOperator();

  try {
    await site.until('all is done', () => story.isDone(site));
    await site.timers.advance(10_000);
    assert.ok(await story.isDone(site), 'it stays done');
    assert.deepEqual(site.kubelet.faults, []);
    await story.check(site);
  } catch (error) {
    const last = first.life.calls.at(-1);
    throw new Error(`killed at call ${deadlyCall}: ${last?.verb} ${last?.kind} ${last?.name}`, {
      cause: error,
    });
  }
  first.life.die();
  return first.life.calls.length - counted.from;
}

async function poolOf(site: FleetSite, machines: number): Promise<void> {
  await site.createPool('build', machines);
  await site.until('all are online', () => site.relay.online.length === machines);
  await site.timers.advance(10_000);
}

function beginTurns({ relay }: FleetSite, count: number): void {
  for (const machineId of relay.online.slice(0, count)) assert.ok(relay.beginTurn(machineId));
}

function endTurnsLater({ relay, timers }: FleetSite): void {
  afterTest(
    timers.after(TURN_MS, () => {
      for (const machineId of relay.online) relay.endTurn(machineId);
    }),
  );
}

function alive({ kept }: FleetSite['gateway']): string[] {
  return [...kept.values()].filter(({ revoked }) => !revoked).map(({ machineId }) => machineId);
}
