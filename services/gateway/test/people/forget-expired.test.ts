import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'mocha';
import { bootstrap } from '../../src/bootstrap/bootstrap.ts';
import type { OpenDatabase } from '../../src/database/index.ts';
import { forgetExpired, KEPT_AFTER_END_MS } from '../../src/people/forget-expired.ts';
import { beginLogin, findLogin, LOGIN_IDLE_MS } from '../../src/people/logins.ts';
import { embeddedDatabase } from '../support/databases.ts';

describe('forgetting what expired', () => {
  const now = new Date();
  const later = (ms: number) => new Date(now.getTime() + ms);
  let database: OpenDatabase;
  beforeEach(async () => {
    database = await embeddedDatabase();
  });
  afterEach(() => database.close());

  it('takes what ended long ago and leaves what lives', async () => {
    const run = await bootstrap(database.db, { publicUrl: 'http://localhost', now });
    const userId = run?.owner.id ?? '';
    await beginLogin(database.db, userId, now);
    const much = later(LOGIN_IDLE_MS + KEPT_AFTER_END_MS + 1);
    const { secret } = await beginLogin(database.db, userId, much);

    await forgetExpired(database.db, much);

    const logins = await database.db.selectFrom('logins').select('created_at').execute();
    assert.deepEqual(logins, [{ created_at: much }]);
    assert.ok(await findLogin(database.db, secret, much));
    assert.deepEqual(await database.db.selectFrom('login_links').select('user_id').execute(), []);
  });
});
