/** What the gateway asks of its database, whichever it is: migrations, transactions, types, and doing things once. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, it } from 'mocha';
import { sql } from 'kysely';
import { bootstrap } from '../../src/bootstrap/bootstrap.ts';
import {
  migrate,
  MigrationFailed,
  missingMigrations,
  readMigrations,
  type OpenDatabase,
} from '../../src/database/index.ts';
import { provideFleetMachine } from '../../src/fleet/fleet-machines.ts';
import { tradeEnrolmentToken } from '../../src/fleet/trade.ts';
import { loadSigningKeys } from '../../src/machines/signing-keys.ts';
import { useLoginLink } from '../../src/people/login-links.ts';
import { addUser } from '../../src/people/people.ts';
import { createSealer } from '../../src/secrets/index.ts';
import { MIGRATIONS } from '../support/databases.ts';

const now = new Date('2026-11-21T10:00:00.123Z');
const publicUrl = 'https://spectral.example.com';
const sealer = createSealer(Buffer.alloc(32, 1));

/** `openEmpty` gives a handle on a fresh, empty database, and another handle on the same one (perhaps the same). */
export function databaseContract(
  name: string,
  openEmpty: () => Promise<{ one: OpenDatabase; other: OpenDatabase }>,
): void {
  describe(`the database on ${name}`, () => {
    let one: OpenDatabase;
    let other: OpenDatabase;
    beforeEach(async () => {
      ({ one, other } = await openEmpty());
    });
    afterEach(async () => {
      await Promise.all([one.close(), other === one ? undefined : other.close()]);
    });

    const migrated = async () => migrate(one.db, await readMigrations(MIGRATIONS), now);
    const addPerson = (email: string, database = one) =>
      addUser(database.db, { name: 'A', email, passwordHash: null }, now);
    const emails = async () =>
      (await other.db.selectFrom('users').select('email').orderBy('email').execute()).map(
        ({ email }) => email,
      );

    it('migrations run in the order of their numbers, once', async () => {
      const migrations = await readMigrations(MIGRATIONS);

      const first = await migrate(one.db, migrations, now);

      assert.deepEqual(
        first,
        migrations.map((migration) => migration.name),
      );
      assert.deepEqual(first, first.toSorted());
      assert.deepEqual(await migrate(one.db, migrations, now), []);
      assert.deepEqual(await missingMigrations(other.db, migrations), []);
      assert.deepEqual(await missingMigrations(other.db, [...migrations, { name: '9999-later', sql: '' }]), [
        '9999-later',
      ]);
    });

    it('of several processes that start together one migrates', async () => {
      const migrations = await readMigrations(MIGRATIONS);

      const runs = await Promise.all([one, other, one, other].map(({ db }) => migrate(db, migrations, now)));

      assert.deepEqual(
        runs.map((names) => names.length).toSorted((a, b) => a - b),
        [0, 0, 0, migrations.length],
      );
    });

    it('a migration that fails is named and leaves nothing behind', async () => {
      const good = { name: '0001-good', sql: 'create table good (id integer);' };
      const bad = {
        name: '0002-bad',
        sql: '-- a comment; with a semicolon\ncreate table half (id integer);\ncreate tabel other (id integer);\n',
      };

      await assert.rejects(migrate(one.db, [good, bad], now), (error) => {
        assert.ok(error instanceof MigrationFailed);
        assert.match(error.message, /migration 0002-bad failed at "create tabel other/);
        return true;
      });

      const { rows } = await sql`select to_regclass('good') as good, to_regclass('half') as half`.execute(
        other.db,
      );
      assert.deepEqual(rows, [{ good: null, half: null }]);
      assert.deepEqual(await migrate(one.db, [good], now), ['0001-good']);
    });

    it('a transaction that is rolled back takes nobody else’s work along', async () => {
      await migrated();
      const work = [
        one.db.transaction().execute(async (transaction) => {
          await addUser(transaction, { name: 'A', email: 'rolled@back.example', passwordHash: null }, now);
          await new Promise((resolve) => setTimeout(resolve, 20));
          throw new Error('rolled back');
        }),
        addPerson('beside@it.example'),
        one.db
          .transaction()
          .execute((transaction) =>
            addUser(transaction, { name: 'B', email: 'second@transaction.example', passwordHash: null }, now),
          ),
      ];

      const results = await Promise.allSettled(work);

      assert.deepEqual(
        results.map(({ status }) => status),
        ['rejected', 'fulfilled', 'fulfilled'],
      );
      assert.deepEqual(await emails(), ['beside@it.example', 'second@transaction.example']);
    });

    it('many at once each get their own rows', async () => {
      await migrated();
      const people = await Promise.all(
        Array.from({ length: 20 }, (_, index) => addPerson(`p${index}@example.com`)),
      );

      const read = await Promise.all(
        Array.from({ length: 200 }, async (_, index) => {
          const { id, email } = people[index % people.length] ?? { id: '', email: '' };
          const row = await one.db
            .selectFrom('users')
            .select(['id', 'email'])
            .where('id', '=', id)
            .executeTakeFirstOrThrow();
          return row.id === id && row.email === email;
        }),
      );

      assert.ok(read.every(Boolean));
    });

    it('values come back as they went in', async () => {
      await migrated();
      const { id } = await addPerson('types@example.com');
      const kid = randomUUID();
      const jwk = { kty: 'OKP', crv: 'Ed25519', x: 'ü' };
      await one.db
        .insertInto('signing_keys')
        .values({ kid, public_jwk: JSON.stringify(jwk), sealed_private_jwk: 'v1.x', created_at: now })
        .execute();

      const user = await one.db
        .selectFrom('users')
        .selectAll()
        .where('id', '=', id)
        .executeTakeFirstOrThrow();
      const key = await one.db
        .selectFrom('signing_keys')
        .selectAll()
        .where('kid', '=', kid)
        .executeTakeFirstOrThrow();

      assert.deepEqual(user, {
        id,
        name: 'A',
        email: 'types@example.com',
        password_hash: null,
        created_at: now,
      });
      assert.deepEqual([key.public_jwk, key.created_at, key.retired_at], [jwk, now, null]);
    });

    it('what must hold is held by the database too', async () => {
      await migrated();
      const { id } = await addPerson('rules@example.com');

      await assert.rejects(addPerson('rules@example.com'), /already has an account/);
      await assert.rejects(
        one.db.updateTable('users').set({ email: 'Upper@Example.com' }).where('id', '=', id).execute(),
        /check/,
      );
    });

    it('of several processes at first run one makes the team', async () => {
      await migrated();

      const runs = await Promise.all(
        [one, other, one, other].map(({ db }) => bootstrap(db, { publicUrl, now })),
      );

      const made = runs.filter((run) => run !== null);
      assert.equal(made.length, 1);
      assert.match(made[0]?.teamKey ?? '', /^sk-spectral-team-/);
      const teams = await one.db.selectFrom('teams').select('name').execute();
      assert.deepEqual(teams, [{ name: 'Team' }]);
    });

    it('of several uses of one login link one succeeds', async () => {
      await migrated();
      const run = await bootstrap(one.db, { publicUrl, now });
      const code = new URL(run?.loginLink ?? '').searchParams.get('code') ?? '';

      const uses = await Promise.allSettled(
        [one, other, one, other].map(({ db }) => useLoginLink(db, code, now)),
      );

      assert.deepEqual(uses.map(({ status }) => status).toSorted(), [
        'fulfilled',
        'rejected',
        'rejected',
        'rejected',
      ]);
    });

    it('of several trades of one enrolment token one succeeds, and of several wishes for one machine one is made', async () => {
      await migrated();
      const team = (await bootstrap(one.db, { publicUrl, now }))?.team.id ?? '';
      const wanted = { uid: 'u', name: 'fleet-1', team, pool: 'p', visibility: 'SHARED' } as const;

      const made = [];
      for (const { db } of [one, other]) made.push(await provideFleetMachine(db, wanted, now));
      const raced = await Promise.all(
        [one, other, one].map(({ db }) => provideFleetMachine(db, { ...wanted, uid: 'v', name: 'v' }, now)),
      );
      const token = made.at(-1)?.token ?? '';
      const host = { name: 'n', hostname: 'h', version: '1', pid: 1 };
      const trades = await Promise.allSettled(
        [one, other, one, other].map(({ db }) => tradeEnrolmentToken(db, token, host, now)),
      );

      assert.equal(new Set(made.map(({ machineId }) => machineId)).size, 1);
      assert.equal(new Set(raced.map(({ machineId }) => machineId)).size, 1);
      assert.equal(trades.filter(({ status }) => status === 'fulfilled').length, 1);
    });

    it('all processes sign with one key, sealed', async () => {
      await migrated();

      const loaded = await Promise.all(
        [one, other, one, other].map(({ db }) => loadSigningKeys(db, sealer, now)),
      );

      assert.equal(new Set(loaded.map(({ signing }) => signing.kid)).size, 1);
      const [row] = await one.db.selectFrom('signing_keys').select('sealed_private_jwk').execute();
      assert.match(row?.sealed_private_jwk ?? '', /^v1\./);
      assert.doesNotMatch(row?.sealed_private_jwk ?? '', /"d"/);
      await assert.rejects(
        loadSigningKeys(one.db, createSealer(Buffer.alloc(32, 2)), now),
        /SPECTRAL_MASTER_KEY/,
      );
    });
  });
}
