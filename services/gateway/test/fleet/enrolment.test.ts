import assert from 'node:assert/strict';
import { after, afterEach, before, describe, it } from 'mocha';
import { verifyMachineToken } from '@spectral/common';
import { ENROLMENT_TOKEN_LIFE_MS, ENROLMENT_TOKEN_PREFIX } from '@spectral/proto/wire';
import { assertRefused } from '../support/api-client.ts';
import { fleetOf, type TestFleet } from '../support/fleet.ts';
import { register } from '../support/machines.ts';
import { bearing } from '../support/people.ts';
import { startTestGateway, type TestGateway } from '../support/start-gateway.ts';

describe('enrolment of fleet machines', () => {
  let gateway: TestGateway;
  let fleet: TestFleet;
  before(async () => {
    gateway = await startTestGateway();
    fleet = fleetOf(gateway);
  });
  after(() => gateway.close());
  afterEach(() => void gateway.announced.splice(0));

  const reasonOf = (body: { error: { details: { reason: string } } }) => body.error.details.reason;

  it('a token is traded for an identity under the name that the operator gave', async () => {
    const { machineId, enrolmentToken, expiresAt } = await fleet.provide({ name: 'builder-1' });
    assert.ok(enrolmentToken.startsWith(ENROLMENT_TOKEN_PREFIX));
    assert.ok(Math.abs(Date.parse(expiresAt) - Date.now() - ENROLMENT_TOKEN_LIFE_MS) < 5_000);
    assert.equal((await fleet.row(machineId)).enrolled, false);

    const { status, body } = await fleet.trade(enrolmentToken, { hostname: 'pod-1' });

    assert.equal(status, 201);
    assert.deepEqual(
      [body.machine.id, body.machine.name, body.machine.hostname, body.machine.owner],
      [machineId, 'builder-1', 'pod-1', null],
    );
    assert.equal(body.machine.fleet.pool, 'builders');
    const claims = await verifyMachineToken(body.token, gateway.running.gateway.tokenKeys, new Date());
    assert.deepEqual([claims.sub, claims.key, claims.registration], [machineId, null, 1]);
    assert.equal((await fleet.row(machineId)).enrolled, true);
    assert.equal((await bearing(gateway, body.token).post('/api/machines/self/token')).status, 200);
  });

  it('a token works once, even when several come at once', async () => {
    const { enrolmentToken } = await fleet.provide();

    const answers = await Promise.all(
      Array.from({ length: 8 }, (_, index) =>
        fleet.trade(enrolmentToken, { attempt: `attempt of number ${index}` }),
      ),
    );

    const statuses = answers.map(({ status }) => status).toSorted((one, other) => one - other);
    assert.deepEqual(statuses, [201, ...Array.from({ length: 7 }, () => 401)]);
    for (const { status, body } of answers)
      if (status === 401) assert.equal(reasonOf(body), 'enrolment-used');
  });

  it('who lost the answer may ask again with the same attempt, and nobody else', async () => {
    const { enrolmentToken, machineId } = await fleet.provide();
    const first = await fleet.trade(enrolmentToken, { attempt: 'sixteen characters of mine' });
    const again = await fleet.trade(enrolmentToken, { attempt: 'sixteen characters of mine' });
    const other = await fleet.trade(enrolmentToken, { attempt: 'sixteen characters of yours' });
    const none = await fleet.trade(enrolmentToken);

    assert.deepEqual([again.status, again.body.machine.id], [201, machineId]);
    for (const { token } of [first.body, again.body]) {
      assert.equal((await bearing(gateway, token).post('/api/machines/self/token')).status, 200);
    }
    assert.deepEqual(
      [other, none].map(({ status, body }) => [status, reasonOf(body)]),
      [
        [401, 'enrolment-used'],
        [401, 'enrolment-used'],
      ],
    );
  });

  it('a token that is too old, replaced, unknown or of a revoked machine says which', async () => {
    const old = await fleet.provide();
    const replaced = await fleet.provide();
    const newer = await fleet.provide({ uid: replaced.uid });
    const revoked = await fleet.provide();
    await fleet.operator.delete(`/internal/fleet/machines/${revoked.machineId}`);
    assert.equal(newer.machineId, replaced.machineId);

    const early = [
      await fleet.trade(replaced.enrolmentToken),
      await fleet.trade(revoked.enrolmentToken),
      await fleet.trade(`${ENROLMENT_TOKEN_PREFIX}${'x'.repeat(43)}`),
    ];
    gateway.pass(ENROLMENT_TOKEN_LIFE_MS + 1);
    const late = await fleet.trade(old.enrolmentToken);

    for (const answer of [...early, late]) assertRefused(answer, 401, 'unauthenticated');
    assert.deepEqual(
      [...early, late].map(({ body }) => reasonOf(body)),
      ['enrolment-ended', 'revoked', 'unknown', 'enrolment-expired'],
    );
  });

  it('a machine that trades again is registered anew, and its older token is dead', async () => {
    const { enrolmentToken, machineId, uid } = await fleet.provide();
    const first = await fleet.trade(enrolmentToken);
    const second = await fleet.trade((await fleet.provide({ uid })).enrolmentToken, { hostname: 'pod-2' });

    const old = await bearing(gateway, first.body.token).post('/api/machines/self/token');

    assertRefused(old, 401, 'unauthenticated');
    assert.equal(reasonOf(old.body), 'newer');
    assert.equal(second.body.machine.id, machineId);
    assert.deepEqual(gateway.announced.at(-1), {
      type: 'machine-registered',
      machineId,
      registration: 2,
      host: 'pod-2',
    });
  });

  it('a token of a fleet opens nothing else, and no other token enrols a fleet machine', async () => {
    const { enrolmentToken } = await fleet.provide({ name: 'taken-name' });
    const holder = bearing(gateway, enrolmentToken);
    const key = bearing(gateway, gateway.firstRun.teamKey);

    assertRefused(await holder.get('/api/machines'), 401, 'unauthenticated');
    assertRefused(await holder.post('/api/machines/self/token'), 401, 'unauthenticated');
    const stolen = await key.post('/api/machines', {
      name: 'taken-name',
      hostname: 'h',
      version: '1',
      pid: 1,
    });
    assertRefused(stolen, 409, 'machine-name-taken');
  });

  it('a renewal tells what changed on the machine', async () => {
    const { enrolmentToken } = await fleet.provide();
    const { token } = (await fleet.trade(enrolmentToken)).body;
    const news = { hostname: 'pod-7', version: '0.9.0', pid: 77 };

    const { body } = await bearing(gateway, token).post('/api/machines/self/token', news);

    assert.deepEqual([body.machine.hostname, body.machine.version], ['pod-7', '0.9.0']);
  });

  it('the name of a machine that is there already is refused to the operator', async () => {
    const { machine } = await register(bearing(gateway, gateway.firstRun.teamKey), 'desk');

    const answer = await fleet.operator.post('/internal/fleet/machines', {
      uid: 'u-desk',
      name: machine.name,
      team: gateway.firstRun.team.id,
      pool: 'p',
      visibility: 'SHARED',
    });

    assertRefused(answer, 409, 'machine-name-taken');
  });
});
