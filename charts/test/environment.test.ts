/** The variables the chart sets are those the processes read, with values they take. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { before, describe, it } from 'mocha';
import { COMBINATIONS } from './support/combinations.ts';
import { LEAST, render, type Manifest } from './support/helm.ts';
import { containerOf, variablesOf } from './support/manifests.ts';

const SERVICES = join(dirname(dirname(import.meta.dirname)), 'services');

/** What stands in Secrets when the process reads it. */
const SECRETS: Readonly<Record<string, string>> = {
  DATABASE_URL: 'postgres://spectral:secret@database:5432/spectral',
  REDIS_URL: 'redis://redis:6379',
  SPECTRAL_SERVICE_SECRET: 'a-service-secret-of-enough-length',
  SPECTRAL_OPERATOR_SECRET: 'an-operator-secret-of-enough-length',
  SPECTRAL_MASTER_KEY: Buffer.alloc(32, 1).toString('base64'),
  ANTHROPIC_API_KEY: 'a-key',
  OPENAI_API_KEY: 'a-key',
};

describe('the variables of', function () {
  this.timeout(30_000);
  const rendered: Manifest[][] = [];
  before(async function () {
    this.timeout(90_000);
    for (const values of Object.values(COMBINATIONS)) rendered.push(await render(values));
  });

  for (const [part, reader] of [
    ['gateway', 'readGatewayConfig'],
    ['relay', 'readRelayConfig'],
    ['operator', 'readOperatorConfig'],
  ] as const) {
    it(`the ${part} are taken by its config, in every combination`, async () => {
      const seen = new Map<string, Record<string, string>>();
      for (const objects of rendered) {
        if (!objects.some(({ metadata }) => metadata.name === `spectral-${part}`)) continue;
        const variables = withSecrets(variablesOf(containerOf(objects, `spectral-${part}`)));
        seen.set(JSON.stringify(variables), variables);
      }

      await readAll(part, reader, [...seen.values()]);
    });

    it(`the ${part} are all read`, async () => {
      const { readFile } = await import('node:fs/promises');
      const config = await readFile(join(SERVICES, part, 'src/config.ts'), 'utf8');
      const set = Object.keys(variablesOf(containerOf(await render([LEAST]), `spectral-${part}`)));

      assert.deepEqual(
        set.filter((name) => !config.includes(name) && !name.startsWith('NODE_')),
        [],
      );
    });
  }

  it('the gateway say where it is reached, and how long answers may go on', async () => {
    const variables = variablesOf(containerOf(await render([LEAST]), 'spectral-gateway'));

    assert.equal(variables['SPECTRAL_PUBLIC_URL'], 'https://spectral.example.com');
    assert.equal(variables['SPECTRAL_RELAY_PUBLIC_URL'], 'https://spectral.example.com');
    assert.equal(variables['SPECTRAL_DRAIN_MS'], '120000');
  });

  it('the relay let the page of the public address in, and keep V8 from holding memory', async () => {
    const variables = variablesOf(containerOf(await render([LEAST]), 'spectral-relay'));

    assert.equal(variables['SPECTRAL_ALLOWED_ORIGINS'], 'https://spectral.example.com');
    assert.equal(variables['NODE_OPTIONS'], '--max-semi-space-size=4');
  });
});

function withSecrets(variables: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(variables).map(([name, value]) => [name, SECRETS[name] ?? value]));
}

/** Reads each in a process of its own kind; rejects with the config's faults. */
async function readAll(part: string, reader: string, environments: readonly object[]): Promise<void> {
  const config = join(SERVICES, part, 'src/config.ts');
  const program = `const { ${reader} } = await import(${JSON.stringify(config)});
    for (const env of ${JSON.stringify(environments)}) ${reader}(env);`;
  await promisify(execFile)(process.execPath, ['--input-type=module', '--eval', program], {
    timeout: 20_000,
  });
}
