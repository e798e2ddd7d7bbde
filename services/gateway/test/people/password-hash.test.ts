import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { createPasswords, PASSWORD_COST } from '../../src/people/password-hash.ts';

const cheap = { N: 16, r: 8, p: 1 };

describe('password hashes', () => {
  const passwords = createPasswords(cheap);

  it('know the password they were made of, and no other', async () => {
    const stored = await passwords.hash('correct horse');

    assert.equal(await passwords.verify('correct horse', stored), true);
    assert.equal(await passwords.verify('correct horse ', stored), false);
    assert.equal(await passwords.verify('', stored), false);
  });

  it('of one password are never the same twice', async () => {
    assert.notEqual(await passwords.hash('x'), await passwords.hash('x'));
  });

  it('are checked with the parameters they carry, and told outdated', async () => {
    const old = await createPasswords({ N: 32, r: 8, p: 1 }).hash('kept');

    assert.equal(await passwords.verify('kept', old), true);
    assert.equal(passwords.isOutdated(old), true);
    assert.equal(passwords.isOutdated(await passwords.hash('kept')), false);
  });

  it('are the same however an accent was typed', async () => {
    const stored = await passwords.hash('caf\u00e9 au lait');

    assert.equal(await passwords.verify('cafe\u0301 au lait', stored), true);
  });

  it('nobody’s password is never right, and takes the same work', async () => {
    const costly = createPasswords({ N: 2 ** 14, r: 8, p: 1 });
    const stored = await costly.hash('some password');
    const timed = async (hash: string | null) => {
      const startedAt = process.cpuUsage();
      assert.equal(await costly.verify('a wrong guess', hash), false);
      const { user, system } = process.cpuUsage(startedAt);
      return user + system;
    };

    const [known, unknown] = [await timed(stored), await timed(null)];

    assert.ok(unknown > known / 3, `${unknown} µs for nobody, ${known} µs for somebody`);
  });

  it('cost what is recommended: 32 MiB and three rounds', async () => {
    const stored = await createPasswords().hash('slow on purpose');

    assert.match(stored, /^scrypt\$32768\$8\$3\$/);
    assert.equal(128 * PASSWORD_COST.N * PASSWORD_COST.r, 32 * 1024 * 1024);
  });

  it('of an unknown form are refused loudly', async () => {
    await assert.rejects(passwords.verify('x', 'md5$abc'), /unknown form/);
  });
});
