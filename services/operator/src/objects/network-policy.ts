/** What machines of a template may reach: DNS, the gateway and the relay, and what the template lists. Nothing reaches them. */
import { controlledBy, type Existing } from '../cluster/index.ts';
import type { AgentTemplate, EgressRule, NetworkPolicy } from '../kinds/index.ts';
import { LABEL } from './labels.ts';

export function networkPolicyName(template: Existing<AgentTemplate>): string {
  return `spectral-agents-${template.metadata.name}`;
}

/** `homeNamespace` is where the gateway and the relay run, labelled as the chart labels them. */
export function networkPolicy(template: Existing<AgentTemplate>, homeNamespace: string): NetworkPolicy {
  return {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'NetworkPolicy',
    metadata: {
      name: networkPolicyName(template),
      namespace: template.metadata.namespace,
      labels: {
        'app.kubernetes.io/managed-by': 'spectral-operator',
        [LABEL.template]: template.metadata.name,
      },
      ownerReferences: [controlledBy(template)],
    },
    spec: {
      podSelector: { matchLabels: { [LABEL.template]: template.metadata.name } },
      policyTypes: ['Ingress', 'Egress'],
      egress: [
        { ports: [port('UDP', 53), port('TCP', 53)] },
        { to: [entrancesOf(homeNamespace)] },
        ...(template.spec.isolation.networkEgress ?? []).map(ruleOf),
      ],
    },
  };
}

function entrancesOf(namespace: string): Record<string, unknown> {
  return {
    ...namespaceNamed(namespace),
    podSelector: {
      matchLabels: { 'app.kubernetes.io/part-of': 'spectral' },
      matchExpressions: [
        { key: 'app.kubernetes.io/component', operator: 'In', values: ['gateway', 'relay'] },
      ],
    },
  };
}

function ruleOf({ cidr, except, namespace, ports }: EgressRule): Record<string, unknown> {
  const block = { ipBlock: { cidr, ...(except === undefined ? {} : { except }) } };
  return {
    to: [cidr === undefined ? namespaceNamed(namespace ?? '') : block],
    ...(ports === undefined ? {} : { ports: ports.map((number) => port('TCP', number)) }),
  };
}

function namespaceNamed(name: string): Record<string, unknown> {
  return { namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': name } } };
}

function port(protocol: 'TCP' | 'UDP', number: number): Record<string, unknown> {
  return { protocol, port: number };
}
