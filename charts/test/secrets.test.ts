/** Secrets: yours or made, never a default, and made ones stay what they are. */
import assert from 'node:assert/strict';
import { afterEach, describe, it } from 'mocha';
import { HELM_VERSIONS, LEAST, render, type Manifest } from './support/helm.ts';
import { containerOf, namesOf, objectOf, variablesOf } from './support/manifests.ts';
import { startSecretServer, type SecretServer } from './support/secret-server.ts';

describe('secrets of the chart', function () {
  this.timeout(30_000);
  const servers: SecretServer[] = [];
  afterEach(async () => {
    for (const server of servers.splice(0)) await server.close();
  });

  it('are taken from yours, each, and then none are made', async () => {
    const own = (key: string) => ({ existingSecret: { name: 'mine', key } });
    const objects = await render([
      {
        publicUrl: 'https://spectral.example.com',
        database: own('db'),
        redis: own('cache'),
        secrets: { service: own('s'), operator: own('o'), masterKey: own('m') },
        providers: { anthropic: own('a'), openai: own('p') },
      },
    ]);

    const { DATABASE_URL, REDIS_URL, ANTHROPIC_API_KEY, OPENAI_API_KEY, ...more } = variablesOf(
      containerOf(objects, 'spectral-gateway'),
    );
    assert.deepEqual(namesOf(objects, 'Secret'), []);
    assert.deepEqual(
      [DATABASE_URL, REDIS_URL, ANTHROPIC_API_KEY, OPENAI_API_KEY],
      ['mine/db', 'mine/cache', 'mine/a', 'mine/p'],
    );
    assert.equal(more['SPECTRAL_SERVICE_SECRET'], 'mine/s');
    assert.equal(more['SPECTRAL_OPERATOR_SECRET'], 'mine/o');
    assert.equal(more['SPECTRAL_MASTER_KEY'], 'mine/m');
  });

  it('have no default: two installations share none', async () => {
    const [one, other] = await Promise.all([render(['eval']), render(['eval'])]);

    for (const name of ['spectral-secrets', 'spectral-eval']) {
      const [ours, theirs] = [dataOf(one, name), dataOf(other, name)];
      for (const [key, value] of Object.entries(ours)) assert.notEqual(value, theirs[key], `${name}/${key}`);
    }
  });

  it('are made long enough for the processes that read them', async () => {
    const data = dataOf(await render([LEAST]), 'spectral-secrets');

    assert.equal(Buffer.from(decoded(data['master-key']), 'base64').length, 32);
    assert.ok(decoded(data['service-secret']).length >= 32);
    assert.ok(decoded(data['operator-secret']).length >= 32);
  });

  for (const helm of HELM_VERSIONS) {
    it(`stay what they are when ${helm} upgrades, and stay after an uninstall`, async () => {
      const first = await render(['eval'], { helm });
      const server = await startSecretServer(first);
      servers.push(server);

      const dryRun = [
        '--dry-run=server',
        '--is-upgrade',
        '--disable-openapi-validation',
        '--kube-apiserver',
        server.url,
      ];
      const second = await render(['eval'], { helm, arguments: dryRun });

      for (const name of ['spectral-secrets', 'spectral-eval']) {
        assert.deepEqual(dataOf(second, name), dataOf(first, name));
        const { annotations } = objectOf(second, 'Secret', name).metadata;
        assert.equal(annotations?.['helm.sh/resource-policy'], 'keep');
      }
    });
  }

  it('never stand in a pod or a ConfigMap', async () => {
    const secret = 'a-secret-that-must-not-be-seen';
    const objects = await render([
      LEAST,
      { database: { url: `postgres://u:${secret}@h/d` }, providers: { openai: { apiKey: secret } } },
    ]);

    const elsewhere = objects.filter(({ kind }) => kind !== 'Secret');
    assert.ok(!JSON.stringify(elsewhere).includes(secret));
    assert.equal(decoded(dataOf(objects, 'spectral-given')['openai-api-key']), secret);
  });

  it('that change make the pods anew', async () => {
    const sumOf = async (url: string) => {
      const pod = objectOf(await render([LEAST, { redis: { url } }]), 'Deployment', 'spectral-relay');
      return JSON.stringify(pod).match(/"checksum\/secrets":"([0-9a-f]+)"/)?.[1];
    };

    assert.notEqual(await sumOf('redis://one:6379'), await sumOf('redis://other:6379'));
    assert.equal(await sumOf('redis://one:6379'), await sumOf('redis://one:6379'));
  });
});

function dataOf(objects: readonly Manifest[], name: string): Record<string, string> {
  return objectOf(objects, 'Secret', name)['data'] as Record<string, string>;
}

function decoded(base64 = ''): string {
  return Buffer.from(base64, 'base64').toString();
}
