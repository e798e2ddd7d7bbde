import assert from 'node:assert/strict';
import { renderedDefinitions } from '../crds/definitions.ts';
import { applyObjects } from '../support/api-server-apply.ts';
import { startApiServer, type ApiServer } from '../support/api-server.ts';
import { startDisks, type ScriptedDisks } from '../support/scripted-disks.ts';
import { restingPods, startKubelet, type ScriptedKubelet } from '../support/scripted-kubelet.ts';
import { startNode, type ScriptedNode } from '../support/scripted-node.ts';
import { until } from '../support/until.ts';
import { HOME_NAMESPACE, namespaces, renderChart } from './support/chart.ts';

const options = { namespace: HOME_NAMESPACE, manager: 'helm' };

describe('the chart on an API server', function () {
  this.timeout(90_000);
  let server: ApiServer | undefined;
  let node: ScriptedNode | undefined;
  let disks: ScriptedDisks | undefined;
  let kubelet: ScriptedKubelet | undefined;

  before(async () => {
    server = await startApiServer({ definitions: await renderedDefinitions() });
    node = await startNode(server.admin, 'node-1');
    disks = await startDisks(server.admin, `${server.folder}/d`);
    kubelet = startKubelet(server.admin, 'node-1', restingPods(50));
  });
  after(async () => {
    await kubelet?.stop();
    await disks?.stop();
    node?.close();
    await server?.stop();
  });

  it('is taken whole, and its pods come up', async () => {
    assert.ok(server);
    const { admin } = server;
    const objects = (await renderChart(['--set', 'eval.enabled=true'])).filter(({ kind }) => kind !== 'Pod');

    await applyObjects(admin, [...namespaces(), ...objects], options);

    await until(
      'every Deployment is available',
      async () => {
        const deployments = await admin.list(`/apis/apps/v1/namespaces/${HOME_NAMESPACE}/deployments`);
        const isWhole = ({ spec, status }: Record<string, unknown>) =>
          (spec as { readonly replicas?: number }).replicas ===
          ((status as { readonly availableReplicas?: number }).availableReplicas ?? 0);
        return deployments.length > 2 && deployments.every((each) => isWhole(each));
      },
      30_000,
    );
  });

  it('gives relay and gateway no rights at all', async () => {
    const bindings = (await renderChart(['--set', 'eval.enabled=true'])).filter(({ kind }) =>
      /^(Cluster)?RoleBinding$/.test(kind),
    );
    const subjects = bindings.flatMap((binding) => binding['subjects'] as { readonly name: string }[]);

    assert.ok(subjects.length > 0);
    assert.ok(subjects.every(({ name }) => name.endsWith('operator')));
  });
});
