import assert from 'node:assert/strict';
import { after, afterEach, before, describe, it } from 'mocha';
import { assertRefused } from '../support/api-client.ts';
import { fleetOf, type TestFleet } from '../support/fleet.ts';
import { register } from '../support/machines.ts';
import { bearing, newMember, owner, type TestPerson } from '../support/people.ts';
import { SERVICE_SECRET, startTestGateway, type TestGateway } from '../support/start-gateway.ts';

describe('the operator of a fleet at the gateway', () => {
  let gateway: TestGateway;
  let fleet: TestFleet;
  let boss: TestPerson & { teamId: string };
  let member: TestPerson;
  before(async () => {
    gateway = await startTestGateway();
    fleet = fleetOf(gateway);
    boss = await owner(gateway);
    member = await newMember(gateway, boss.api, { teamId: boss.teamId, name: 'Grace' });
  });
  after(() => gateway.close());
  afterEach(() => void gateway.announced.splice(0));

  const listed = async (person: TestPerson, id: string) => {
    const { body } = await person.api.get('/api/machines');
    return body.machines.find((machine: { id: string }) => machine.id === id) ?? null;
  };

  describe('is let in', () => {
    it('with its own secret alone', async () => {
      for (const caller of [gateway.stranger(), bearing(gateway, SERVICE_SECRET), boss.api]) {
        assertRefused(await caller.get('/internal/fleet/machines'), 401, 'unauthenticated');
      }
      assert.equal((await fleet.operator.get('/internal/fleet/machines')).status, 200);
      const relay = await fleet.operator.post('/internal/standing', { machines: [], people: [] });
      assertRefused(relay, 401, 'unauthenticated');
    });

    it('nowhere when no secret is configured', async () => {
      const plain = await startTestGateway({ SPECTRAL_OPERATOR_SECRET: '' });
      try {
        const answer = await fleetOf(plain).operator.get('/internal/fleet/machines');

        assertRefused(answer, 404, 'not-found');
      } finally {
        await plain.close();
      }
    });
  });

  describe('makes machines', () => {
    it('of a team by its name, once for each uid', async () => {
      const [one, again, other] = [
        await fleet.provide({ uid: 'u-1', name: 'twin', team: gateway.firstRun.team.name }),
        await fleet.provide({ uid: 'u-1', name: 'twin', pool: 'renamed' }),
        await fleet.provide({ uid: 'u-2' }),
      ];

      assert.equal(one.machineId, again.machineId);
      assert.notEqual(one.machineId, other.machineId);
      assert.notEqual(one.enrolmentToken, again.enrolmentToken);
      assert.equal((await fleet.row(one.machineId)).pool, 'renamed');
    });

    it('one of each uid also when asked several times at once', async () => {
      const made = await Promise.all(
        Array.from({ length: 5 }, () => fleet.provide({ uid: 'u-raced', name: 'raced' })),
      );

      assert.equal(new Set(made.map(({ machineId }) => machineId)).size, 1);
      const trades = await Promise.all(made.map(({ enrolmentToken }) => fleet.trade(enrolmentToken)));
      assert.equal(trades.filter(({ status }) => status === 201).length, 1, 'only the newest token works');
    });

    it('and is told of a team that is not there, or is meant by several', async () => {
      await boss.api.post('/api/teams', { name: 'Double' });
      await member.api.post('/api/teams', { name: 'Double' });
      const wanted = { uid: 'u-x', name: 'x', pool: 'p', visibility: 'SHARED' };

      const absent = await fleet.operator.post('/internal/fleet/machines', { ...wanted, team: 'Nowhere' });
      const double = await fleet.operator.post('/internal/fleet/machines', { ...wanted, team: 'Double' });

      assertRefused(absent, 404, 'not-found');
      assertRefused(double, 409, 'conflict');
      assert.match(double.body.error.message, /give the id/);
    });

    it('which no person revoked before', async () => {
      const { machineId, uid } = await fleet.provide();
      assert.equal((await boss.api.delete(`/api/machines/${machineId}`)).status, 200);

      assert.equal(await fleet.row(machineId), undefined);
      const again = await fleet.operator.post('/internal/fleet/machines', {
        uid,
        name: 'again',
        team: boss.teamId,
        pool: 'p',
        visibility: 'SHARED',
      });
      assertRefused(again, 410, 'gone');
    });
  });

  describe('tells how they are', () => {
    it('and people see pool, phase, reason and message', async () => {
      const { machineId } = await fleet.provide({ pool: 'gpu' });
      assert.equal((await listed(member, machineId)).fleet.phase, 'pending');
      const state = { phase: 'starting', reason: 'Unschedulable', message: 'no node has room' } as const;

      assert.equal(await fleet.describe(machineId, state), 200);

      assert.deepEqual((await listed(member, machineId)).fleet, { pool: 'gpu', ...state });
      const { machine } = await register(bearing(gateway, gateway.firstRun.teamKey), 'by-hand');
      assert.equal((await listed(member, machine.id)).fleet, null);
    });

    it('an owner by email or id: the machine is theirs, and shown to them alone when it is private', async () => {
      const { machineId } = await fleet.provide({ visibility: 'PRIVATE' });
      assert.equal(await listed(boss, machineId), null, 'a warm private machine is nobody’s');
      assert.equal(await listed(member, machineId), null);

      await fleet.describe(machineId, { owner: member.email.toUpperCase() });
      assert.deepEqual((await listed(member, machineId)).owner, { id: member.userId, name: 'Grace' });
      assert.equal(await listed(boss, machineId), null);
      assert.deepEqual(gateway.announced, [{ type: 'machine-changed', machineId }]);

      await fleet.describe(machineId, { owner: member.userId });
      assert.equal(gateway.announced.length, 1, 'the same owner is no change');
      await fleet.describe(machineId, { owner: null });
      assert.equal(await listed(member, machineId), null);
    });

    it('nothing of people outside the team, or of machines that are none of a fleet', async () => {
      const { machineId } = await fleet.provide();
      const { machine } = await register(bearing(gateway, gateway.firstRun.teamKey), 'not-yours');

      assert.equal(await fleet.describe(machineId, { owner: 'stranger@example.com' }), 404);
      assert.equal(await fleet.describe(machine.id), 404);
      assertRefused(await fleet.operator.delete(`/internal/fleet/machines/${machine.id}`), 404, 'not-found');
      assert.notEqual(await listed(boss, machine.id), null);
    });
  });

  it('revokes: the token is dead and relays hear of it; a second time is the same', async () => {
    const { machineId, enrolmentToken } = await fleet.provide();
    const { token } = (await fleet.trade(enrolmentToken)).body;
    gateway.announced.splice(0);

    for (let times = 0; times < 2; times++) {
      const { status, body } = await fleet.operator.delete(`/internal/fleet/machines/${machineId}`);
      assert.deepEqual([status, body], [200, { ok: true }]);
    }

    assert.deepEqual(gateway.announced, [{ type: 'machine-revoked', machineId }]);
    const dead = await bearing(gateway, token).post('/api/machines/self/token');
    assertRefused(dead, 401, 'unauthenticated');
    assert.equal(dead.body.error.details.reason, 'revoked');
  });

  describe('finds wishes to wake', () => {
    it('of whoever may use the machine, once, until it is on its way', async () => {
      const { machineId } = await fleet.provide();
      await fleet.describe(machineId, { phase: 'asleep', reason: 'Idle' });
      assert.equal((await fleet.row(machineId)).wakeRequestedAt, null);

      const woken = await member.api.post(`/api/machines/${machineId}/wake`);
      const { wakeRequestedAt } = await fleet.row(machineId);
      gateway.pass(1_000);
      await boss.api.post(`/api/machines/${machineId}/wake`);

      assert.equal(woken.status, 202);
      assert.equal(woken.body.machine.fleet.phase, 'asleep');
      assert.ok(wakeRequestedAt);
      assert.equal((await fleet.row(machineId)).wakeRequestedAt, wakeRequestedAt, 'the first wish counts');
      await fleet.describe(machineId, { phase: 'asleep' });
      assert.equal((await fleet.row(machineId)).wakeRequestedAt, wakeRequestedAt);
      await fleet.describe(machineId, { phase: 'waking' });
      assert.equal((await fleet.row(machineId)).wakeRequestedAt, null);
    });

    it('also of a machine that is on its way to sleep, and none of one that is awake', async () => {
      const { machineId } = await fleet.provide();
      await fleet.describe(machineId, { phase: 'draining', reason: 'Idle' });
      await member.api.post(`/api/machines/${machineId}/wake`);
      await fleet.describe(machineId, { phase: 'asleep' });
      assert.ok((await fleet.row(machineId)).wakeRequestedAt);

      await fleet.describe(machineId, { phase: 'ready' });
      assert.equal((await member.api.post(`/api/machines/${machineId}/wake`)).status, 202);
      assert.equal((await fleet.row(machineId)).wakeRequestedAt, null);
    });

    it('not for machines run by hand, failed, or out of the person’s sight', async () => {
      const { machine } = await register(bearing(gateway, gateway.firstRun.teamKey), 'hand-run');
      const failed = await fleet.provide();
      await fleet.describe(failed.machineId, { phase: 'failed', message: 'the image is not there' });
      const hidden = await fleet.provide({ visibility: 'PRIVATE' });
      const wake = (id: string) => member.api.post(`/api/machines/${id}/wake`);

      assertRefused(await wake(machine.id), 409, 'conflict');
      const refused = await wake(failed.machineId);
      assertRefused(refused, 409, 'conflict');
      assert.match(refused.body.error.message, /the image is not there/);
      assertRefused(await wake(hidden.machineId), 404, 'not-found');
      assertRefused(
        await gateway.stranger().post(`/api/machines/${machine.id}/wake`),
        401,
        'unauthenticated',
      );
    });

    it('at most so many of one person', async () => {
      const { machineId } = await fleet.provide();
      const eager = await newMember(gateway, boss.api, { teamId: boss.teamId, name: 'Eager' });
      const statuses: number[] = [];
      for (let times = 0; times < 61; times++) {
        statuses.push((await eager.api.post(`/api/machines/${machineId}/wake`)).status);
      }

      assert.deepEqual([statuses[0], statuses[59], statuses[60]], [202, 202, 429]);
    });
  });
});
