/** The commands of the gateway's process, run as a job of a cluster runs them: several at once, on one real Postgres. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { after, before, describe, it } from 'mocha';
import { startPostgres, type Postgres } from './support/start-postgres.ts';

const MAIN = fileURLToPath(new URL('../src/main.ts', import.meta.url));

describe('a command of the gateway', function () {
  this.timeout(60_000);
  let postgres: Postgres;
  before(async () => {
    postgres = await startPostgres();
  });
  after(() => postgres.stop());

  it('migrates once however many releases race, and all of them end well', async () => {
    const url = await postgres.newDatabase();

    const answers = await Promise.all([1, 2, 3, 4].map(() => run('migrate', url)));

    assert.equal(answers.filter((answer) => answer.startsWith('ran 0001-identity')).length, 1);
    assert.equal(answers.filter((answer) => answer === 'the schema is up to date\n').length, 3);
  });

  it('refuses a word it does not know, naming those it does', async () => {
    await assert.rejects(run('migrat', await postgres.newDatabase()), {
      code: 1,
      stderr: '"migrat" is no command of the gateway; give one of migrate, login-link, or nothing to serve\n',
    });
  });
});

/** What it said on standard output; rejects when it ends with another code than 0. */
async function run(command: string, databaseUrl: string): Promise<string> {
  const env = {
    DATABASE_URL: databaseUrl,
    SPECTRAL_SERVICE_SECRET: 'a-service-secret-for-tests',
    SPECTRAL_MASTER_KEY: Buffer.alloc(32, 1).toString('base64'),
  };
  const { stdout } = await promisify(execFile)(process.execPath, [MAIN, command], { env, timeout: 30_000 });
  return stdout;
}
