import assert from 'node:assert/strict';
import { NetworkPolicy } from 'kubernetes-models/networking.k8s.io/v1/NetworkPolicy';
import { PodDisruptionBudget } from 'kubernetes-models/policy/v1/PodDisruptionBudget';
import { PersistentVolumeClaim } from 'kubernetes-models/v1/PersistentVolumeClaim';
import { Pod } from 'kubernetes-models/v1/Pod';
import { Secret } from 'kubernetes-models/v1/Secret';
import { agentPod } from '../../src/objects/agent-pod.ts';
import { disruptionBudget } from '../../src/objects/disruption-budget.ts';
import { enrolmentSecret } from '../../src/objects/enrolment-secret.ts';
import { networkPolicy } from '../../src/objects/network-policy.ts';
import { poolAgent } from '../../src/objects/pool-agent.ts';
import { volumeNameOf, workspaceVolume } from '../../src/objects/workspace.ts';
import { AGENTS } from '../../src/kinds/index.ts';
import { agent, at, meta, pool, template } from '../support/facts.ts';

const full = {
  pod: {
    image: 'registry/agent@sha256:1',
    imagePullPolicy: 'IfNotPresent',
    imagePullSecrets: ['registry'],
    resources: { requests: { cpu: '500m', memory: '1Gi' }, limits: { memory: '4Gi' } },
    env: [
      { name: 'LANG', value: 'C.UTF-8' },
      { name: 'KEY', secretKeyRef: { name: 'keys', key: 'model' } },
    ],
    nodeSelector: { disk: 'ssd' },
    tolerations: [{ key: 'agents', operator: 'Exists' }],
    topologySpreadConstraints: [{ maxSkew: 1, topologyKey: 'zone', whenUnsatisfiable: 'ScheduleAnyway' }],
    extraContainers: [{ name: 'docker', image: 'docker@sha256:2' }],
    labels: { team: 'builders' },
    runtimeClassName: 'gvisor',
    priorityClassName: 'agents',
    serviceAccountName: 'agents',
  },
  isolation: {
    networkEgress: [
      { cidr: '0.0.0.0/0', except: ['169.254.0.0/16'], ports: [443] },
      { namespace: 'registry' },
    ],
  },
};

describe('the objects a machine is made of', () => {
  it('are what Kubernetes takes', () => {
    const machine = agent();
    const shape = template(full);
    new Pod(plain(podOf(full))).validate();
    new PersistentVolumeClaim(plain(workspaceVolume(machine, shape))).validate();
    new Secret(plain(enrolmentSecret(machine, 'token'))).validate();
    new NetworkPolicy(plain(networkPolicy(shape, 'spectral'))).validate();
    new PodDisruptionBudget(plain(disruptionBudget(pool(), 'pool'))).validate();
    assert.equal(AGENTS.parse(plain(poolAgent(pool(), 'builders-7'))).metadata.name, 'builders-7');
  });

  it('a pod meets the Pod Security standard "restricted"', () => {
    const { spec } = plain(podOf({}));
    const [container] = spec.containers;
    assert.deepEqual(
      [spec.securityContext.runAsNonRoot, spec.securityContext.seccompProfile.type],
      [true, 'RuntimeDefault'],
    );
    const { allowPrivilegeEscalation, readOnlyRootFilesystem, capabilities } = container.securityContext;
    assert.deepEqual([allowPrivilegeEscalation, readOnlyRootFilesystem], [false, true]);
    assert.deepEqual(capabilities.drop, ['ALL']);
  });

  it('a pod carries no right to the API server, and no team key', () => {
    const { spec } = plain(podOf(full));
    assert.deepEqual([spec.automountServiceAccountToken, spec.enableServiceLinks], [false, false]);
    assert.doesNotMatch(JSON.stringify(spec), /sk-spectral/);
  });

  it('a pod finds its gateway, its disk and its token', () => {
    const { env } = plain(podOf({})).spec.containers[0];
    const value = (name: string) => env.find((variable: { name: string }) => variable.name === name)?.value;
    assert.equal(value('SPECTRAL_BACKEND_URL'), 'http://gateway:8080');
    assert.equal(value('SPECTRAL_CONFIG_DIR'), '/workspace/.spectral');
    assert.equal(value('SPECTRAL_ENROLMENT_TOKEN_FILE'), '/var/run/spectral/enrolment/token');
  });

  it('a pod begins as one nobody may evict', () => {
    const { labels, annotations } = podOf({}).metadata;
    assert.equal(labels?.['spectral.dev/busy'], 'unknown');
    assert.equal(annotations?.['cluster-autoscaler.kubernetes.io/safe-to-evict'], 'false');
    assert.equal(annotations?.['karpenter.sh/do-not-disrupt'], 'true');
  });

  it('labels of the template never take the place of the operator’s own', () => {
    const labels = { 'spectral.dev/busy': 'false', 'spectral.dev/agent': 'other' };
    const { metadata } = podOf({ pod: { image: 'a@sha256:1', labels } });
    assert.equal(metadata.labels?.['spectral.dev/busy'], 'unknown');
    assert.equal(metadata.labels?.['spectral.dev/agent'], 'builders-0');
  });

  it('a later Agent of the same name gets another disk', () => {
    const first = agent({ metadata: { uid: 'aaaa-bbbb-11111111' } });
    const second = agent({ metadata: { uid: 'aaaa-bbbb-22222222' } });
    assert.notEqual(volumeNameOf(first), volumeNameOf(second));
  });

  it('nothing may reach a machine, and a machine reaches DNS, home, and what the template lists', () => {
    const { spec } = networkPolicy(template(full), 'spectral');
    assert.deepEqual(spec['policyTypes'], ['Ingress', 'Egress']);
    assert.equal(spec['ingress'], undefined);
    assert.equal(Array.isArray(spec['egress']) && spec['egress'].length, 4);
  });
});

function podOf(spec: Record<string, unknown>) {
  return agentPod({
    agent: { ...agent(), metadata: meta('builders-0') },
    template: template(spec),
    revision: 'r1',
    gatewayUrl: 'http://gateway:8080',
    enrolmentExpiresAt: at(-600),
  });
}

/** As it goes over the wire. */
function plain(object: object) {
  return JSON.parse(JSON.stringify(object));
}
