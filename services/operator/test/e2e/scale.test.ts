import assert from 'node:assert/strict';
import { seeded } from '../../../../load-tests/src/support/statistics.ts';
import { claimWarm, killWhileScaling, rampUp, startScaleSite, watchAtRest } from './support/scale.ts';
import type { ScaleSite } from './support/scale.ts';

/** Smaller than what `npm run bench -- fleet` measures, with the same bounds. */
describe('a large fleet', function () {
  this.timeout(180_000);
  let site: ScaleSite | undefined;
  before(async () => void (site = await startScaleSite()));
  after(() => site?.stop());

  it('of 60 machines in 3 pools is ready within 60 s, with fewer than 8 writes for each', async () => {
    assert.ok(site);

    const { ms, writesPerMachine, writesByKind } = await rampUp(site, 3, 20);

    assert.ok(ms < 60_000, `${ms} ms`);
    assert.ok(writesPerMachine < 8, `${writesPerMachine} writes: ${writesByKind.join(', ')}`);
  });

  it('at rest writes nothing, and its operator is small', async () => {
    assert.ok(site);

    const { writes, memoryMb } = await watchAtRest(site, 10_000);

    assert.deepEqual(writes, []);
    assert.ok(memoryMb < 200, `${memoryMb} MB`);
  });

  it('gives a warm machine to a claim within 2 s', async () => {
    assert.ok(site);

    const ms = await claimWarm(site);

    assert.ok(ms < 2_000, `${ms} ms`);
  });

  it('comes up though its operator is killed again and again, and nothing of it is there twice', async () => {
    assert.ok(site);
    const { fleet, home, faults } = site;

    await killWhileScaling(site, 30, 10, seeded(1));

    const agents = await fleet.agents('killed');
    const machines = [...home.gateway.kept.values()].filter(
      ({ pool, revoked }) => pool === 'killed' && !revoked,
    );
    assert.equal(agents.length, 30);
    assert.equal((await fleet.pods('killed')).length, 30);
    assert.equal(machines.length, 30);
    assert.deepEqual(
      machines.map(({ uid }) => uid).toSorted(),
      agents.map(({ metadata }) => metadata.uid ?? '').toSorted(),
    );
    const claims = (await fleet.list('persistentvolumeclaims')).filter(
      ({ metadata }) => metadata.labels?.['spectral.dev/pool'] === 'killed',
    );
    assert.equal(claims.length, 30);
    assert.deepEqual(faults, []);
  });
});
