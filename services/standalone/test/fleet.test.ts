/** A machine of a fleet from its enrolment to its end: the gateway, two relays on one Redis, and a real daemon. */
import assert from 'node:assert/strict';
import { mkdtempSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createRedisAnnouncements, createRedisPresence, silentLogger } from '@spectral/common';
import { connectMachine, machineCalls, type MachineCalls } from '@spectral/proto/client';
import { MACHINE_LINK_PATH, type MachineActivity } from '@spectral/proto/wire';
import { runSpectral, type RunningCommand } from '../../../agent/test/support/spectral-command.ts';
import { startRedis } from '../../common/test/support/start-redis.ts';
import { openModelRoom } from '../../gateway/src/model-room.ts';
import { fleetOf, type TestFleet } from '../../gateway/test/support/fleet.ts';
import { owner } from '../../gateway/test/support/people.ts';
import {
  OPERATOR_SECRET,
  SERVICE_SECRET,
  startTestGateway,
  type TestGateway,
} from '../../gateway/test/support/start-gateway.ts';
import { afterTest, cleanUpAfterEach } from '../../relay/test/support/clean-up.ts';
import { askFleet } from '../../relay/test/support/fleet-machine.ts';
import { startProcess, type RelayProcess } from '../../relay/test/support/start-process.ts';
import { until } from '../../relay/test/support/until.ts';

const START_MS = 20_000;

describe('a machine of a fleet', function () {
  this.timeout(90_000);
  cleanUpAfterEach();

  it('enrols, works, drains at the end of its turn, comes back as itself, and ends when it is revoked', async () => {
    const site = await start();
    const { machineId, enrolmentToken } = await site.fleet.provide({ name: 'builder-1' });
    const disk = temporaryDirectory();
    const first = site.serve(disk, enrolmentToken);
    await until('idle', async () => (await site.activity(machineId)).state === 'idle', START_MS);
    assert.equal((await site.activity(machineId)).activity?.prompts, 0, 'nobody used it');

    const machine = await site.open(machineId);
    const project = await machine.createProject({ path: join(disk, 'work') });
    const session = await machine.createSession(project.id, {});
    await machine.prompt(session.id, scripted([{ text: 'thinking it over', chunk: 1, everyMs: 250 }]));
    await until('busy', async () => (await site.activity(machineId)).state === 'busy');
    assert.equal((await site.cordon(machineId, 5)).body.state, 'busy');
    await assert.rejects(machine.prompt(session.id, { content: 'more' }), { code: 'machine-draining' });

    const drained = async () => (await site.cordon(machineId, 5)).body.state === 'drained';
    await until('drained', drained, 15_000);
    const { events } = await machine.session(session.id);
    assert.deepEqual(
      events.flatMap((event) => (event.type === 'agent_end' ? [event.reason] : [])),
      ['done'],
      'its turn came to its own end',
    );
    assert.equal((await site.cordon(machineId, 4)).body.error.code, 'stale-fence');

    first.child.kill('SIGTERM');
    assert.equal(await first.ended, 0);
    const again = site.serve(disk, 'a token that was never given');
    await until('idle again', async () => (await site.activity(machineId)).state === 'idle', START_MS);
    const { activity } = await site.activity(machineId);
    assert.deepEqual([activity?.prompts, activity?.cordon], [1, null]);
    assert.equal((await site.cordon(machineId, 4)).status, 409, 'its disk remembers the fence');

    await site.fleet.operator.delete(`/internal/fleet/machines/${machineId}`);
    assert.equal(await again.ended, 1);
    assert.match(again.output.stderr, /this machine was revoked/);
    assert.equal((await site.activity(machineId)).state, 'unknown');
    for (const { output } of [first, again]) assert.doesNotMatch(output.stderr, /sk-spectral-enrol/);
  });

  it('whose relay dies is unknown, which is no permission for anything', async () => {
    const site = await start();
    const { machineId, enrolmentToken } = await site.fleet.provide();
    site.serve(temporaryDirectory(), enrolmentToken);
    await until('idle', async () => (await site.activity(machineId)).state === 'idle', START_MS);

    site.relays[0]?.kill('SIGKILL');
    await until('unknown', async () => (await site.activity(machineId)).state === 'unknown', 15_000);

    assert.equal((await site.cordon(machineId, 1)).body.state, 'unknown');
  });
});

/** Questions go to the second relay, the machine's link to the first. */
async function start() {
  const { gateway, relays } = await startServices();
  const [near, far] = relays;
  const { api } = await owner(gateway);
  const fleet: TestFleet = fleetOf(gateway);
  return {
    fleet,
    relays,
    serve(disk: string, token: string): RunningCommand {
      mkdirSync(join(disk, 'work'), { recursive: true });
      writeFileSync(join(disk, 'token'), token);
      return runSpectral(afterTest, ['serve'], {
        configDir: disk,
        env: {
          SPECTRAL_BACKEND_URL: gateway.url,
          SPECTRAL_RELAY_URL: near.url.replace('http', 'ws') + MACHINE_LINK_PATH,
          SPECTRAL_ENROLMENT_TOKEN_FILE: join(disk, 'token'),
        },
      });
    },
    async activity(machineId: string): Promise<MachineActivity> {
      return (await askFleet(far.url, 'activity', { machineIds: [machineId] }, OPERATOR_SECRET)).body
        .machines[0];
    },
    cordon: (machineId: string, fence: number) =>
      askFleet(far.url, `machines/${machineId}/cordon`, { fence }, OPERATOR_SECRET),
    /** A person's connection, over the second relay. */
    async open(machineId: string): Promise<MachineCalls> {
      const client = connectMachine({
        machineId,
        getTicket: async () => {
          const { body } = await api.post('/api/relay-tickets', { machineId });
          return { ...body, relayUrl: far.url };
        },
      });
      afterTest(() => client.close());
      await until('the person is connected', () => client.state.kind === 'live');
      return machineCalls(client);
    },
  };
}

async function startServices(): Promise<{
  gateway: TestGateway;
  relays: readonly [RelayProcess, RelayProcess];
}> {
  const redis = await startRedis();
  afterTest(() => redis.stop());
  const announcements = await createRedisAnnouncements(redis, silentLogger());
  const presence = await createRedisPresence(redis, silentLogger());
  const gateway = await startTestGateway({}, { announcements, presence, rooms: [openModelRoom] });
  afterTest(() => gateway.close());
  const settings = {
    gatewayUrl: gateway.url,
    redisUrl: redis.url,
    env: { SPECTRAL_SERVICE_SECRET: SERVICE_SECRET, SPECTRAL_OPERATOR_SECRET: OPERATOR_SECRET },
  };
  return { gateway, relays: [await startProcess(settings), await startProcess(settings)] };
}

function temporaryDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), 'spectral-fleet-'));
  afterTest(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}

/** A prompt that the scripted agent plays. */
function scripted(script: readonly unknown[]): { content: string } {
  return { content: JSON.stringify({ script }) };
}
