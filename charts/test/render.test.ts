/** Every documented combination of values, rendered by both helms and checked object by object. */
import assert from 'node:assert/strict';
import { before, describe, it } from 'mocha';
import { COMBINATIONS } from './support/combinations.ts';
import { CRD_CHART, HELM_VERSIONS, LEAST, lint, render, type Manifest } from './support/helm.ts';
import { assertKnown, isCoreKind } from './support/known-kinds.ts';
import { at, podOf } from './support/manifests.ts';
import { assertRestricted } from './support/restricted.ts';
import { unknownFields } from './support/unknown-fields.ts';
import { withoutRandom } from './support/without-random.ts';

describe('the chart', function () {
  this.timeout(60_000);
  const rendered = new Map<string, readonly Manifest[]>();
  before(async function () {
    this.timeout(120_000);
    for (const [name, values] of Object.entries(COMBINATIONS)) rendered.set(name, await render(values));
  });

  for (const [name, values] of Object.entries(COMBINATIONS)) {
    describe(`with ${name}`, () => {
      const objects = () => rendered.get(name) ?? [];

      it('is the same with Helm 3 and Helm 4', async () => {
        const three = await render(values, { helm: 'helm3' });

        assert.deepEqual(sorted(withoutRandom(three)), sorted(withoutRandom(objects())));
      });

      it('passes helm lint', async () => {
        for (const helm of HELM_VERSIONS) await lint(values, { helm });
      });

      it('has objects of known kinds with values they allow', async () => {
        for (const object of objects()) await assertKnown(object);
      });

      it('meets the Pod Security standard "restricted"', () => {
        for (const object of objects()) assertRestricted(object);
      });

      it('names each object once, and each in a namespace or for the whole cluster on purpose', () => {
        const names = objects().map(
          ({ apiVersion, kind, metadata }) => `${apiVersion} ${kind} ${metadata.namespace}/${metadata.name}`,
        );
        const clusterWide = objects().filter(({ metadata }) => metadata.namespace === undefined);

        assert.deepEqual(names, [...new Set(names)]);
        for (const { kind } of clusterWide)
          assert.match(kind, /^(ClusterRole(Binding)?|ValidatingAdmissionPolicy(Binding)?|ConfigMap)$/);
      });

      it('selects pods by labels they have, which hold neither version nor chart', () => {
        for (const object of objects().filter((one) => ['Deployment', 'StatefulSet'].includes(one.kind))) {
          const selector = at(object, 'spec.selector.matchLabels') as Record<string, string>;
          const labels = at(object, 'spec.template.metadata.labels') as Record<string, string>;
          assert.deepEqual(Object.keys(selector).toSorted(), [
            'app.kubernetes.io/component',
            'app.kubernetes.io/instance',
            'app.kubernetes.io/name',
          ]);
          for (const [key, value] of Object.entries(selector)) assert.equal(labels[key], value);
        }
      });
    });
  }

  it('has no field that Kubernetes does not know', async () => {
    const core = [...rendered.values()].flat().filter(isCoreKind);
    const distinct = new Map(core.map((object) => [JSON.stringify(object), object]));

    assert.equal(await unknownFields([...distinct.values()]), '');
  });

  it('would be caught with a field that Kubernetes does not know', async () => {
    const [service] = (await render([LEAST])).filter(({ kind }) => kind === 'Service');
    assert.ok(service);
    const wrong = { ...service, spec: { ...(service['spec'] as object), sessionAffinty: 'None' } };

    assert.match(await unknownFields([wrong]), /sessionAffinty/);
  });

  it('renders for every Kubernetes from 1.29 on, and for none before', async () => {
    for (const kubernetes of ['1.29.0', '1.30.4', '1.33.1', '1.36.0', '1.36.2-gke.100'])
      assert.ok((await render([LEAST], { kubernetes })).length > 20);
    await assert.rejects(render([LEAST], { kubernetes: '1.28.9' }), /1\.29/);
  });

  it('has resources and no account token in every pod but the operator’s', () => {
    for (const object of [...rendered.values()].flat()) {
      const pod = podOf(object);
      if (!pod) continue;
      assert.equal(pod.automountServiceAccountToken, object.metadata.name.endsWith('-operator'));
    }
  });
});

describe('the chart of the kinds', function () {
  this.timeout(30_000);
  it('renders the five of them, the same with both helms', async () => {
    const [three, four] = await Promise.all(
      HELM_VERSIONS.map((helm) => render([], { helm, chart: CRD_CHART })),
    );

    assert.deepEqual(three, four);
    assert.equal(four?.filter(({ kind }) => kind === 'CustomResourceDefinition').length, 5);
  });
});

function sorted(objects: readonly Manifest[]): Manifest[] {
  const nameOf = ({ apiVersion, kind, metadata }: Manifest) =>
    `${apiVersion} ${kind} ${metadata.namespace} ${metadata.name}`;
  return objects.toSorted((a, b) => nameOf(a).localeCompare(nameOf(b)));
}
