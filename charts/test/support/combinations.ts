/** The combinations of values that documents speak of. Each is rendered, linted and checked object by object. */
import { LEAST, type Values } from './helm.ts';

export const EXAMPLES = ['eval', 'ha', 'restricted', 'airgapped'] as const;

const ROUTES = { httpRoute: { enabled: true, parentRefs: [{ name: 'public', namespace: 'gateways' }] } };
const PLACES = {
  priorityClassName: 'high',
  nodeSelector: { disk: 'ssd' },
  tolerations: [{ key: 'spectral', operator: 'Exists', effect: 'NoSchedule' }],
  affinity: { podAntiAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [anti()] } },
  topologySpreadConstraints: [
    { maxSkew: 1, topologyKey: 'topology.kubernetes.io/zone', whenUnsatisfiable: 'DoNotSchedule' },
  ],
  podLabels: { team: 'platform' },
  podAnnotations: { 'example.com/pod': 'yes' },
  annotations: { 'example.com/deployment': 'yes' },
  extraEnv: [{ name: 'NODE_ENV', value: 'production' }],
  extraVolumes: [{ name: 'more', emptyDir: {} }],
  extraVolumeMounts: [{ name: 'more', mountPath: '/more' }],
  extraContainers: [{ name: 'proxy', image: 'registry.example.com/proxy:1.2' }],
  serviceAccount: { annotations: { 'example.com/role': 'x' } },
  service: { type: 'LoadBalancer', annotations: { 'example.com/lb': 'internal' } },
};

function anti(): unknown {
  return { topologyKey: 'kubernetes.io/hostname', labelSelector: { matchLabels: { a: 'b' } } };
}

/** Name and values of each. */
export const COMBINATIONS: Readonly<Record<string, readonly Values[]>> = {
  'the least values': [LEAST],
  ...Object.fromEntries(EXAMPLES.map((name): [string, Values[]] => [`example ${name}`, [name]])),
  'no operator': [LEAST, { operator: { enabled: false } }],
  'no NetworkPolicies': [LEAST, { networkPolicy: { enabled: false } }],
  'no cluster-wide objects': [LEAST, { aggregateRoles: { enabled: false } }],
  'no Roles': [LEAST, { operator: { createRoles: false, serviceAccount: { create: false, name: 'mine' } } }],
  IPv6: [LEAST, { listenAddress: '::', gateway: { service: { ipFamilyPolicy: 'RequireDualStack' } } }],
  'an Ingress of another controller': [LEAST, { ingress: { enabled: true, controller: 'other' } }],
  'hosts apart': [LEAST, { relayPublicUrl: 'https://relay.example.com', ingress: { enabled: true } }],
  'Gateway API': [LEAST, ROUTES],
  'Gateway API with affinity': [LEAST, ROUTES, { httpRoute: { envoyGatewayAffinity: true } }],
  'the guard': [LEAST, { busyGuard: { enabled: true, action: 'Warn' } }],
  'autoscaling on CPU alone': [
    LEAST,
    {
      gateway: { autoscaling: { enabled: true } },
      relay: {
        autoscaling: { enabled: true, machineLinks: 0, browserConnections: 0, eventLoopDelay: '' },
      },
    },
  ],
  'several namespaces': [
    LEAST,
    {
      operator: { watchNamespaces: ['one', 'two'] },
      agentTemplates: { standard: { namespace: 'two', spec: {} } },
    },
  ],
  OpenShift: [LEAST, { podSecurity: { userFromPlatform: true } }],
  'every place and addition': [
    LEAST,
    { gateway: PLACES, relay: PLACES, operator: PLACES },
    { commonLabels: { cost: 'it' }, commonAnnotations: { 'example.com/all': 'yes' } },
    {
      extraObjects: [
        extra(),
        'apiVersion: v1\nkind: ConfigMap\nmetadata: { name: "{{ .Release.Name }}-text" }',
      ],
    },
  ],
  'all monitoring': [
    LEAST,
    {
      monitoring: {
        serviceMonitor: { enabled: true },
        prometheusRule: { enabled: true, runbookUrl: 'https://runbooks.example.com/spectral' },
        dashboards: { enabled: true, annotations: { folder: 'Spectral' } },
      },
    },
  ],
  'models of all kinds': [
    LEAST,
    {
      providers: {
        anthropic: { apiKey: 'a' },
        openai: { existingSecret: { name: 'o' }, baseUrl: 'http://models:8000/v1' },
        modelHosts: ['models.internal', '10.0.0.7'],
        privateModels: true,
      },
    },
  ],
  'names of your own': [LEAST, { fullnameOverride: 'coding', nameOverride: 'agents' }],
};

function extra(): unknown {
  return {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: '{{ .Release.Name }}-extra' },
    data: { a: 'b' },
  };
}
