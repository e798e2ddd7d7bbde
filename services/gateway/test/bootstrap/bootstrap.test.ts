import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'mocha';
import { bootstrap, mintOwnerLink } from '../../src/bootstrap/bootstrap.ts';
import type { OpenDatabase } from '../../src/database/index.ts';
import { useLoginLink } from '../../src/people/login-links.ts';
import { isFirstRun } from '../../src/people/people.ts';
import { findTeamKey } from '../../src/teams/team-keys.ts';
import { embeddedDatabase } from '../support/databases.ts';

describe('the first run', () => {
  const now = new Date();
  const options = { publicUrl: 'https://spectral.example.com', now };
  let database: OpenDatabase;
  beforeEach(async () => {
    database = await embeddedDatabase();
  });
  afterEach(() => database.close());
  const codeOf = (link: string) => new URL(link).searchParams.get('code') ?? '';

  it('makes a team, its owner, a key and a link that work', async () => {
    const run = await bootstrap(database.db, options);

    assert.ok(run);
    assert.match(run.loginLink, /^https:\/\/spectral\.example\.com\/login\?code=/);
    assert.deepEqual((await findTeamKey(database.db, run.teamKey, now))?.teamId, run.team.id);
    assert.equal(await useLoginLink(database.db, codeOf(run.loginLink), now), run.owner.id);
    assert.equal(await isFirstRun(database.db), true, 'until somebody signed in');
  });

  it('happens once', async () => {
    await bootstrap(database.db, options);

    assert.equal(await bootstrap(database.db, options), null);
  });

  it('leaves neither key nor code in the database', async () => {
    const run = await bootstrap(database.db, options);
    const rows = [
      await database.db.selectFrom('team_keys').selectAll().execute(),
      await database.db.selectFrom('login_links').selectAll().execute(),
    ];

    assert.ok(!JSON.stringify(rows).includes(run?.teamKey ?? '?'));
    assert.ok(!JSON.stringify(rows).includes(codeOf(run?.loginLink ?? '')));
  });

  it('later starts can mint further links for the owner', async () => {
    const run = await bootstrap(database.db, options);

    const link = await mintOwnerLink(database.db, options);

    assert.notEqual(link, run?.loginLink);
    assert.equal(await useLoginLink(database.db, codeOf(link), now), run?.owner.id);
  });
});
