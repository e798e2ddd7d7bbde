import assert from 'node:assert/strict';
import { createMemoryAnnouncements, type Announcements } from '@spectral/common';
import type { MachineClaims } from '@spectral/proto/wire';
import { afterEach, beforeEach, describe, it } from 'mocha';
import { bootstrap } from '../../src/bootstrap/bootstrap.ts';
import type { OpenDatabase } from '../../src/database/index.ts';
import { registerMachine } from '../../src/machines/register.ts';
import { revokeMachine } from '../../src/machines/revoke.ts';
import {
  createStandingCache,
  VERDICT_LIFE_MS,
  type StandingCache,
} from '../../src/machines/standing-cache.ts';
import { embeddedDatabase } from '../support/databases.ts';

describe('the remembered verdict on a machine token', () => {
  let database: OpenDatabase;
  let announcements: Announcements;
  let cache: StandingCache;
  let claims: MachineClaims;
  let asked: number;
  const clock = { now: 0 };

  beforeEach(async () => {
    database = await embeddedDatabase();
    announcements = createMemoryAnnouncements();
    const now = new Date();
    const run = await bootstrap(database.db, { publicUrl: 'http://localhost', now });
    const key = await database.db.selectFrom('team_keys').select('id').executeTakeFirstOrThrow();
    const { machine } = await registerMachine(database.db, {
      teamId: run?.team.id ?? '',
      registrant: { userId: null, keyId: key.id },
      registration: { name: 'm', hostname: 'h', version: '1', pid: 1 },
      now,
    });
    const { id: sub, teamId: team, registration } = machine;
    claims = { sub, aud: 'spectral-machine', team, key: key.id, registration, host: 'h', exp: 0 };
    asked = 0;
    const counting = database.db.withPlugin({
      transformQuery: ({ node }) => {
        asked += 1;
        return node;
      },
      transformResult: async ({ result }) => result,
    });
    cache = createStandingCache(counting, announcements, () => clock.now);
  });
  afterEach(async () => {
    cache.close();
    await announcements.close();
    await database.close();
  });

  const fall = async () => (await cache.verdictOn(claims)).fall;

  it('is asked for once by many calls in its short life', async () => {
    const verdicts = await Promise.all(Array.from({ length: 50 }, fall));
    const once = asked;
    await fall();

    assert.deepEqual([...new Set(verdicts)], [null]);
    assert.equal(asked, once);
    clock.now += VERDICT_LIFE_MS;
    await fall();
    assert.equal(asked, 2 * once);
    assert.ok(VERDICT_LIFE_MS < 1_000);
  });

  it('falls at once when the news comes, and in time when it does not', async () => {
    assert.equal(await fall(), null);
    await revokeMachine(database.db, claims.sub, new Date());
    assert.equal(await fall(), null, 'not yet: nobody told');

    await announcements.publish({ type: 'machine-revoked', machineId: claims.sub });

    assert.equal(await fall(), 'revoked');
  });

  it('of one registration is not that of another', async () => {
    assert.equal(await fall(), null);
    claims = { ...claims, registration: claims.registration - 1 };

    assert.equal(await fall(), 'newer');
  });

  it('is not remembered when the database failed', async () => {
    const failing = createStandingCache(database.db.withSchema('not_there'), announcements, () => clock.now);
    await assert.rejects(failing.verdictOn(claims));
    await assert.rejects(failing.verdictOn(claims));
    failing.close();
  });
});
