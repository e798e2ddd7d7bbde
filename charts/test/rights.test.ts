/** Who may do what: in the cluster, and over the network. */
import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { LEAST, render, type Manifest } from './support/helm.ts';
import { at, namesOf, objectOf, podOf } from './support/manifests.ts';

interface Rule {
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly verbs: readonly string[];
}

describe('rights in the cluster', function () {
  this.timeout(20_000);
  it('are the operator’s alone, in the namespaces it watches', async () => {
    const objects = await render([LEAST, { operator: { watchNamespaces: ['one', 'two'] } }]);

    const bindings = objects.filter(({ kind }) => kind === 'RoleBinding');
    assert.deepEqual(
      bindings.map(({ metadata }) => `${metadata.namespace}/${metadata.name}`),
      ['one/spectral-operator', 'two/spectral-operator', 'spectral/spectral-operator-lease'],
    );
    for (const binding of bindings)
      assert.deepEqual(at(binding, 'subjects'), [
        { kind: 'ServiceAccount', name: 'spectral-operator', namespace: 'spectral' },
      ]);
  });

  it('reach beyond them for one thing: Agents of a namespace that is going are let go', async () => {
    const objects = await render([LEAST]);
    const without = await render([LEAST, { operator: { endNamespaces: false } }]);

    const [name = '', ...more] = namesOf(objects, 'ClusterRoleBinding');
    assert.deepEqual(more, []);
    assert.deepEqual(at(objectOf(objects, 'ClusterRoleBinding', name), 'subjects'), [
      { kind: 'ServiceAccount', name: 'spectral-operator', namespace: 'spectral' },
    ]);
    const rules = at(objectOf(objects, 'ClusterRole', name), 'rules') as Rule[];
    assert.deepEqual(
      rules.map(({ resources, verbs }) => `${resources.join()}: ${verbs.join()}`),
      ['agents: get,list,watch,patch', 'agents/status: patch', 'agents/finalizers: update'],
    );
    assert.deepEqual(namesOf(without, 'ClusterRoleBinding'), []);
  });

  it('need no cluster-wide object where example restricted is followed', async () => {
    const objects = await render(['restricted']);

    assert.deepEqual(
      objects.filter(({ metadata }) => metadata.namespace === undefined).map(({ kind }) => kind),
      [],
    );
  });

  it('let the operator read Secrets by name and never list them', async () => {
    const rules = at(objectOf(await render([LEAST]), 'Role', 'spectral-operator'), 'rules') as Rule[];

    const secrets = rules
      .filter(({ resources }) => resources.includes('secrets'))
      .flatMap(({ verbs }) => verbs);
    assert.deepEqual(secrets, ['get', 'create', 'patch', 'delete']);
    assert.ok(!JSON.stringify(rules).includes('*'), 'no wildcard');
  });

  it('leave accounts of gateway and relay without a token', async () => {
    const objects = await render([LEAST]);

    for (const part of ['gateway', 'relay']) {
      assert.equal(
        objectOf(objects, 'ServiceAccount', `spectral-${part}`)['automountServiceAccountToken'],
        false,
      );
      const pod = podOf(objectOf(objects, 'Deployment', `spectral-${part}`));
      assert.equal(pod?.automountServiceAccountToken, false);
    }
  });

  it('give who may look at a namespace a look at its fleet, and force to its admin alone', async () => {
    const objects = await render([LEAST]);

    const may = (verb: string, resource: string) =>
      namesOf(objects, 'ClusterRole').filter((name) =>
        (at(objectOf(objects, 'ClusterRole', name), 'rules') as Rule[]).some(
          ({ resources, verbs }) => resources.includes(resource) && verbs.includes(verb),
        ),
      );
    assert.deepEqual(may('list', 'agentpools'), ['spectral-spectral-fleet-view']);
    assert.deepEqual(may('create', 'agentclaims'), ['spectral-spectral-fleet-edit']);
    assert.deepEqual(may('delete', 'agents/force'), ['spectral-spectral-fleet-admin']);
  });
});

describe('the guard of busy machines', function () {
  this.timeout(20_000);
  it('asks whoever deletes a busy or unknown pod for the right to force, in the fleet’s namespaces', async () => {
    const objects = await render([
      LEAST,
      { busyGuard: { enabled: true }, operator: { watchNamespaces: ['machines'] } },
    ]);
    const name = 'spectral-spectral-busy-guard';

    const policy = objectOf(objects, 'ValidatingAdmissionPolicy', name);
    const binding = objectOf(objects, 'ValidatingAdmissionPolicyBinding', name);
    assert.match(String(at(policy, 'spec.matchConditions.0.expression')), /in \['true', 'unknown'\]/);
    assert.match(
      String(at(policy, 'spec.validations.0.expression')),
      /subresource\('force'\)[^]*check\('delete'\)/,
    );
    assert.deepEqual(at(binding, 'spec.matchResources.namespaceSelector.matchExpressions.0.values'), [
      'machines',
    ]);
    assert.deepEqual(at(binding, 'spec.validationActions'), ['Deny']);
  });
});

describe('the network', function () {
  this.timeout(20_000);
  it('is closed for every pod of ours but on the ways named', async () => {
    const objects = await render(['restricted']);
    const egress = (name: string) => portsOf(objectOf(objects, 'NetworkPolicy', name), 'egress');

    assert.deepEqual(egress('spectral-gateway'), ['53', '5432', '6379', '443']);
    assert.deepEqual(egress('spectral-relay'), ['53', '6379', '8080']);
    assert.deepEqual(egress('spectral-operator'), ['53', '8080', '8081', '443']);
  });

  it('has a policy for every workload', async () => {
    for (const values of [['eval'], ['ha'], ['restricted']]) {
      const objects = await render(values);
      const workloads = objects.filter((object) => podOf(object) && object.kind !== 'Pod');

      for (const { metadata } of workloads) objectOf(objects, 'NetworkPolicy', metadata.name);
    }
  });

  it('lets machines and our own pods in where the entrance is narrowed', async () => {
    const from = at(
      objectOf(await render(['restricted']), 'NetworkPolicy', 'spectral-relay'),
      'spec.ingress.0.from',
    ) as object[];

    assert.deepEqual(
      from.map((peer) => Object.keys(peer)[0]),
      ['podSelector', 'namespaceSelector', 'namespaceSelector', 'namespaceSelector'],
    );
  });

  it('keeps models at private addresses and cloud metadata out of reach by default', async () => {
    const policy = objectOf(await render([LEAST]), 'NetworkPolicy', 'spectral-gateway');

    const text = JSON.stringify(at(policy, 'spec.egress'));
    for (const block of ['10.0.0.0/8', '169.254.0.0/16', 'fc00::/7']) assert.ok(text.includes(block), block);
  });
});

/** Ports of each rule, shown once. */
function portsOf(policy: Manifest, direction: string): string[] {
  const rules = at(policy, `spec.${direction}`) as { ports: { port: number }[] }[];
  return rules.map(({ ports }) => [...new Set(ports.map(({ port }) => port))].join(' '));
}
