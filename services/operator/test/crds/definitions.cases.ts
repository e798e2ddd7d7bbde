import assert from 'node:assert/strict';
import { ApiError, APPLY, MERGE_PATCH, type KubeJson } from '../support/api-server-client.ts';
import type { ApiServer } from '../support/api-server.ts';
import { definitionFiles, renderedDefinitions } from './definitions.ts';

const BASE = '/apis/spectral.dev/v1alpha1/namespaces/default';
const apiVersion = 'spectral.dev/v1alpha1';
const IMAGE = `registry.example.com/agent@sha256:${'0'.repeat(64)}`;
const poolSpec = { templateRef: { name: 'small' }, team: 'acme' };

/** What the server makes of the definitions, and how objects of our kinds behave on it. */
export function describeDefinitions(server: () => ApiServer): void {
  describe('definitions', () => {
    it('are on the server as they stand in the files: no default and no rule is lost on the way', async () => {
      for (const file of definitionFiles()) {
        const path = `/apis/apiextensions.k8s.io/v1/customresourcedefinitions/${file.metadata.name}`;
        const { spec } = await server().definitions.get(path);

        assertHolds(spec, file.spec, file.metadata.name);
      }
    });

    it('come out of Helm 3 as out of Helm 4', async () => {
      assert.deepEqual(await renderedDefinitions(3), await renderedDefinitions(4));
    });

    it('are listed with their short names and the category spectral', async () => {
      const answer = await server().admin.get('/apis/spectral.dev/v1alpha1');
      const resources = answer['resources'] as readonly {
        readonly name: string;
        readonly shortNames?: readonly string[];
      }[];
      for (const { spec } of definitionFiles()) {
        const found = resources.find(({ name }) => name === spec.names.plural);
        assert.deepEqual(found?.shortNames, spec.names.shortNames);
        assert.ok(JSON.stringify(found).includes('"categories":["spectral"]'));
      }
    });
  });

  describe('objects', () => {
    it('get every default', async () => {
      const pool = await create(server(), 'agentpools', 'AgentPool', 'with-defaults', {
        ...poolSpec,
        autoscale: { maxAgents: 5 },
      });

      assertHolds(
        pool['spec'],
        {
          visibility: 'Shared',
          autoscale: { minIdle: 1, scaleUpStep: 20, scaleDownDelay: '10m' },
          update: { type: 'OnIdle', maxUnavailable: 1, maxDeferral: '24h' },
          failure: { window: '1h', budget: 10 },
        },
        'spec',
      );
    });

    it('of a template get the defaults that reconciling relies on', async () => {
      const template = await create(server(), 'agenttemplates', 'AgentTemplate', 'with-defaults', {
        pod: { image: IMAGE },
      });

      assertHolds(
        template['spec'],
        {
          pod: { runAsUser: 10001, terminationGracePeriodSeconds: 60 },
          workspace: {
            size: '10Gi',
            accessMode: 'ReadWriteOnce',
            mountPath: '/workspace',
            whenDeleted: 'Delete',
          },
          isolation: { profile: 'Restricted' },
          lifecycle: { drainTimeout: '30m', registerTimeout: '5m' },
        },
        'spec',
      );
    });

    it('lose fields nobody defined', async () => {
      const pool = await create(server(), 'agentpools', 'AgentPool', 'with-more', {
        ...poolSpec,
        colour: 'red',
      });

      assert.equal((pool['spec'] as Record<string, unknown>)['colour'], undefined);
    });

    it('are refused with an unknown field where the client asks for that', async () => {
      const pool = { apiVersion, kind: 'AgentPool', metadata: { name: 'strict' } };

      await assert.rejects(
        server().admin.create(`${BASE}/agentpools?fieldValidation=Strict`, {
          ...pool,
          spec: { ...poolSpec, replica: 3 },
        }),
        /unknown field \\?"spec.replica\\?"/,
      );
    });

    it('with a name too long for what is made of it are refused', async () => {
      const name = 'a'.repeat(41);

      await assert.rejects(
        create(server(), 'agentpools', 'AgentPool', name, poolSpec),
        (error: unknown) => error instanceof ApiError && error.status === 422,
      );
    });

    it('keep spec and status apart: each door changes its own half', async () => {
      await create(server(), 'agentpools', 'AgentPool', 'halves', { ...poolSpec, replicas: 2 });
      const path = `${BASE}/agentpools/halves`;

      const bySpec = await server().admin.patch(path, MERGE_PATCH, { status: { ready: 9 } });
      const byStatus = await server().admin.patch(`${path}/status`, MERGE_PATCH, {
        spec: { replicas: 9 },
        status: { ready: 1 },
      });

      assert.equal(bySpec['status'], undefined);
      assert.equal(bySpec.metadata.generation, 1);
      assert.equal((byStatus['spec'] as { readonly replicas: number }).replicas, 2);
      assert.equal((byStatus['status'] as { readonly ready: number }).ready, 1);
      assert.equal(byStatus.metadata.generation, 1);
    });

    it('scale: a pool by its replicas, which then are the scaler’s own field', async () => {
      await create(server(), 'agentpools', 'AgentPool', 'scaled', { ...poolSpec, replicas: 2 });
      const path = `${BASE}/agentpools/scaled`;
      await server().admin.patch(`${path}/status`, MERGE_PATCH, {
        status: { replicas: 2, selector: 'spectral.dev/pool=scaled' },
      });

      const before = await server().admin.get(`${path}/scale`);
      await server().admin.patch(`${path}/scale`, MERGE_PATCH, { spec: { replicas: 7 } });

      assert.deepEqual(before['status'], { replicas: 2, selector: 'spectral.dev/pool=scaled' });
      assert.equal(((await server().admin.get(path))['spec'] as { readonly replicas: number }).replicas, 7);
    });

    it('scale: an agent says one, and never another number', async () => {
      await create(server(), 'agents', 'Agent', 'one', { templateRef: { name: 'small' }, team: 'acme' });
      const path = `${BASE}/agents/one`;

      assert.equal(
        ((await server().admin.get(`${path}/scale`))['spec'] as { readonly replicas: number }).replicas,
        1,
      );
      await assert.rejects(
        server().admin.patch(`${path}/scale`, MERGE_PATCH, { spec: { replicas: 2 } }),
        /422/,
      );
    });

    it('are applied by owners of fields: a second owner of a field is told of the first', async () => {
      const pool = (replicas: number) => ({
        apiVersion,
        kind: 'AgentPool',
        metadata: { name: 'owned' },
        spec: { ...poolSpec, replicas },
      });
      const path = `${BASE}/agentpools/owned`;
      await server().admin.patch(`${path}?fieldManager=git`, APPLY, pool(2));

      await assert.rejects(
        server().admin.patch(`${path}?fieldManager=scaler`, APPLY, pool(3)),
        /conflict with \\?"git\\?".*\.spec\.replicas/s,
      );
    });

    it('print the columns their definitions name', async () => {
      await create(server(), 'agentpools', 'AgentPool', 'printed', { ...poolSpec, replicas: 3 });
      await server().admin.patch(`${BASE}/agentpools/printed/status`, MERGE_PATCH, {
        status: { ready: 2, idle: 1, busy: 1, asleep: 0, failed: 0, updated: 2, desired: 3 },
      });
      const table = await server().admin.get(`${BASE}/agentpools/printed`, {
        accept: 'application/json;as=Table;v=v1;g=meta.k8s.io',
      });

      const names = (table['columnDefinitions'] as { readonly name: string }[]).map(({ name }) => name);
      const [row] = table['rows'] as { readonly cells: readonly unknown[] }[];
      const defined = definitionFiles().find(({ spec }) => spec.names.kind === 'AgentPool');
      const columns = defined?.spec.versions[0]?.additionalPrinterColumns.map(({ name }) => name) ?? [];
      assert.deepEqual(names, ['Name', ...columns]);
      assert.deepEqual(row?.cells.slice(0, 8), ['printed', 2, 1, 1, 0, 0, 2, 3]);
    });
  });
}

function create(
  { admin }: ApiServer,
  plural: string,
  kind: string,
  name: string,
  spec: object,
): Promise<KubeJson> {
  return admin.create(`${BASE}/${plural}`, { apiVersion, kind, metadata: { name }, spec });
}

/** Everything in `wanted` is in `found`; the server may have added to it. */
function assertHolds(found: unknown, wanted: unknown, at: string): void {
  if (Array.isArray(wanted)) {
    assert.ok(Array.isArray(found), `${at} is no list`);
    assert.equal(found.length, wanted.length, `length of ${at}`);
    for (const [index, item] of wanted.entries()) assertHolds(found[index], item, `${at}[${index}]`);
  } else if (typeof wanted === 'object' && wanted !== null) {
    for (const [name, value] of Object.entries(wanted))
      assertHolds((found as Record<string, unknown> | undefined)?.[name], value, `${at}.${name}`);
  } else assert.deepEqual(found, wanted, at);
}
