import assert from 'node:assert/strict';
import { ApiError, type ApiClient } from '../support/api-server-client.ts';
import type { ApiServer } from '../support/api-server.ts';
import { definitionFiles, rulesOf } from './definitions.ts';
import { ruleCases, type RuleCase } from './rule-cases.ts';

const PLURALS: Readonly<Record<string, string>> = Object.fromEntries(
  definitionFiles().map(({ spec }) => [spec.names.kind, spec.names.plural]),
);

/** Every rule refuses what it should, in its own words and at its own field, and lets the rest pass. */
export function describeRules(server: () => ApiServer): void {
  describe('rules', () => {
    it('have a case each', () => {
      const untested = definitionFiles()
        .flatMap(rulesOf)
        .filter(
          (rule) =>
            !ruleCases.some(
              ({ kind, at, message }) =>
                kind === rule.kind && at === rule.at && rule.message.includes(message),
            ),
        );

      assert.deepEqual(untested, []);
    });

    for (const [index, each] of ruleCases.entries()) {
      it(`${each.kind} ${each.at}: ${each.message} (${index})`, async () => {
        const name = `case-${index}`;

        await testCase(server().admin, each, name);
      });
    }
  });
}

async function testCase(client: ApiClient, each: RuleCase, name: string): Promise<void> {
  const path = `/apis/spectral.dev/v1alpha1/namespaces/default/${PLURALS[each.kind]}`;
  const objectOf = (spec: object) => ({
    apiVersion: 'spectral.dev/v1alpha1',
    kind: each.kind,
    metadata: { name },
    spec,
  });
  const write = async (spec: object) => {
    if (each.before === undefined) return client.create(path, objectOf(spec));
    const { resourceVersion } = (await client.get(`${path}/${name}`)).metadata;
    return client.replace(`${path}/${name}`, { ...objectOf(spec), metadata: { name, resourceVersion } });
  };
  if (each.before !== undefined) await client.create(path, objectOf(each.before));

  await assert.rejects(write(each.bad), (error: unknown) => {
    assert.ok(error instanceof ApiError);
    assert.equal(error.status, 422);
    assert.ok(error.message.includes(each.message), error.message);
    assert.ok(error.message.includes(each.at.replace('[]', '[0]')), error.message);
    return true;
  });
  await write(each.good);
}
