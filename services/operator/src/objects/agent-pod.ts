/** The pod of a machine: one container that runs `spectral serve`, its disk, and its enrolment token. */
import { controlledBy, type Existing } from '../cluster/index.ts';
import type { Agent, AgentTemplate, AgentTemplateSpec, Pod } from '../kinds/index.ts';
import { enrolmentSecretName } from './enrolment-secret.ts';
import { ANNOTATION, LABEL, busyMarks } from './labels.ts';
import { volumeNameOf } from './workspace.ts';

export interface PodWanted {
  readonly agent: Existing<Agent>;
  readonly template: Existing<AgentTemplate>;
  readonly revision: string;
  /** Where machines reach the gateway. */
  readonly gatewayUrl: string;
  /** ISO 8601. */
  readonly enrolmentExpiresAt: string;
}

const TOKEN_DIRECTORY = '/var/run/spectral/enrolment';
const CONTAINER = 'machine';

export function agentPod(wanted: PodWanted): Pod {
  const { agent, template, revision, enrolmentExpiresAt } = wanted;
  const { pod } = template.spec;
  const { labels, annotations } = busyMarks('unknown');
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name: agent.metadata.name,
      namespace: agent.metadata.namespace,
      labels: { ...pod.labels, ...machineLabels(agent, template), [LABEL.revision]: revision, ...labels },
      annotations: { ...pod.annotations, ...annotations, [ANNOTATION.enrolmentExpires]: enrolmentExpiresAt },
      ownerReferences: [controlledBy(agent)],
    },
    spec: podSpec(wanted),
  };
}

/** Labels of everything that belongs to one machine. */
export function machineLabels(
  agent: Existing<Agent>,
  template: Existing<AgentTemplate>,
): Record<string, string> {
  return {
    'app.kubernetes.io/name': 'spectral-agent',
    'app.kubernetes.io/component': 'agent',
    'app.kubernetes.io/part-of': 'spectral',
    'app.kubernetes.io/managed-by': 'spectral-operator',
    [LABEL.agent]: agent.metadata.name,
    [LABEL.template]: template.metadata.name,
    ...(agent.spec.poolRef ? { [LABEL.pool]: agent.spec.poolRef.name } : {}),
  };
}

function podSpec(wanted: PodWanted): Pod['spec'] {
  const { agent, template } = wanted;
  const { pod, isolation } = template.spec;
  return {
    restartPolicy: 'Always',
    automountServiceAccountToken: false,
    enableServiceLinks: false,
    terminationGracePeriodSeconds: pod.terminationGracePeriodSeconds,
    securityContext: {
      runAsNonRoot: true,
      runAsUser: pod.runAsUser,
      runAsGroup: pod.runAsUser,
      fsGroup: pod.runAsUser,
      fsGroupChangePolicy: 'OnRootMismatch',
      seccompProfile: { type: 'RuntimeDefault' },
    },
    ...given('nodeSelector', pod.nodeSelector),
    ...given('tolerations', pod.tolerations),
    ...given('affinity', pod.affinity),
    ...given('topologySpreadConstraints', pod.topologySpreadConstraints),
    ...given('runtimeClassName', pod.runtimeClassName),
    ...given('priorityClassName', pod.priorityClassName),
    ...given('serviceAccountName', pod.serviceAccountName),
    ...given(
      'imagePullSecrets',
      pod.imagePullSecrets?.map((name) => ({ name })),
    ),
    containers: [machineContainer(wanted, isolation.profile), ...(pod.extraContainers ?? [])],
    volumes: [
      { name: 'workspace', persistentVolumeClaim: { claimName: volumeNameOf(agent) } },
      { name: 'tmp', emptyDir: {} },
      {
        name: 'enrolment',
        // Optional: a machine that has its identity starts without it.
        secret: { secretName: enrolmentSecretName(agent), optional: true, defaultMode: 0o440 },
      },
    ],
  };
}

function machineContainer(
  { template, gatewayUrl }: PodWanted,
  profile: AgentTemplateSpec['isolation']['profile'],
): Record<string, unknown> {
  const { pod, workspace } = template.spec;
  const isOpen = profile === 'Baseline';
  return {
    name: CONTAINER,
    image: pod.image,
    ...given('imagePullPolicy', pod.imagePullPolicy),
    ...given('command', pod.command),
    ...given('args', pod.args),
    ...given('resources', pod.resources),
    env: [
      { name: 'SPECTRAL_BACKEND_URL', value: gatewayUrl },
      { name: 'SPECTRAL_CONFIG_DIR', value: `${workspace.mountPath}/.spectral` },
      { name: 'SPECTRAL_ENROLMENT_TOKEN_FILE', value: `${TOKEN_DIRECTORY}/token` },
      { name: 'HOME', value: workspace.mountPath },
      ...(pod.env ?? []).map(variableOf),
    ],
    workingDir: workspace.mountPath,
    securityContext: {
      allowPrivilegeEscalation: isOpen,
      readOnlyRootFilesystem: !isOpen,
      ...(isOpen ? {} : { capabilities: { drop: ['ALL'] } }),
    },
    volumeMounts: [
      { name: 'workspace', mountPath: workspace.mountPath },
      { name: 'tmp', mountPath: '/tmp' },
      { name: 'enrolment', mountPath: TOKEN_DIRECTORY, readOnly: true },
    ],
  };
}

function variableOf(variable: NonNullable<AgentTemplateSpec['pod']['env']>[number]): Record<string, unknown> {
  const { name, value, secretKeyRef } = variable;
  return secretKeyRef === undefined ? { name, value: value ?? '' } : { name, valueFrom: { secretKeyRef } };
}

function given(field: string, value: unknown): Record<string, unknown> {
  return value === undefined ? {} : { [field]: value };
}
