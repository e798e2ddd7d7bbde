/** For every CEL rule of our kinds a spec that it lets pass and one that it refuses. */

export interface RuleCase {
  readonly kind: string;
  readonly at: string;
  readonly message: string;
  /** What the object is before, for rules about changes; without it the specs are created. */
  readonly before?: object;
  readonly good: object;
  readonly bad: object;
}

const DIGEST = `registry.example.com/agent@sha256:${'0'.repeat(64)}`;
const claim = { poolRef: { name: 'builders' }, requestedBy: 'ana@example.com' };
const pool = { templateRef: { name: 'small' }, team: 'acme' };
const agent = { templateRef: { name: 'small' }, team: 'acme' };
const template = { pod: { image: DIGEST } };
const withPod = (fields: object) => ({ pod: { image: DIGEST, ...fields } });
const withEgress = (rule: object) => ({ ...template, isolation: { networkEgress: [rule] } });

const AT_LEAST_A_MINUTE = 'give at least 60s';
const MINUTE_TO_DAY = 'give 60s to 24h';

export const ruleCases: readonly RuleCase[] = [
  {
    kind: 'AgentClaim',
    at: 'spec',
    message: 'poolRef and requestedBy cannot change; make another claim',
    before: claim,
    good: { ...claim, idleTtl: '10m' },
    bad: { ...claim, requestedBy: 'ben@example.com' },
  },
  ...['ttl', 'idleTtl'].map((field) => ({
    kind: 'AgentClaim',
    at: `spec.${field}`,
    message: AT_LEAST_A_MINUTE,
    good: { ...claim, [field]: '1m' },
    bad: { ...claim, [field]: '59s' },
  })),
  {
    kind: 'AgentPool',
    at: 'spec',
    message: 'give either replicas or autoscale',
    good: { ...pool, replicas: 3 },
    bad: { ...pool, replicas: 3, autoscale: { maxAgents: 5 } },
  },
  {
    kind: 'AgentPool',
    at: 'spec.team',
    message: 'team cannot change; make another pool',
    before: pool,
    good: { ...pool, replicas: 2 },
    bad: { ...pool, team: 'umbrella' },
  },
  {
    kind: 'AgentPool',
    at: 'spec.visibility',
    message: 'visibility cannot change; make another pool',
    before: pool,
    good: { ...pool, visibility: 'Shared' },
    bad: { ...pool, visibility: 'Private' },
  },
  {
    kind: 'AgentPool',
    at: 'spec.autoscale',
    message: 'minIdle must not be above maxAgents',
    good: { ...pool, autoscale: { minIdle: 5, maxAgents: 5 } },
    bad: { ...pool, autoscale: { minIdle: 6, maxAgents: 5 } },
  },
  {
    kind: 'AgentPool',
    at: 'spec.autoscale.scaleDownDelay',
    message: AT_LEAST_A_MINUTE,
    good: { ...pool, autoscale: { maxAgents: 5, scaleDownDelay: '60s' } },
    bad: { ...pool, autoscale: { maxAgents: 5, scaleDownDelay: '5s' } },
  },
  {
    kind: 'AgentPool',
    at: 'spec.update.maxDeferral',
    message: AT_LEAST_A_MINUTE,
    good: { ...pool, update: { maxDeferral: '1h30m' } },
    bad: { ...pool, update: { maxDeferral: '0h' } },
  },
  {
    kind: 'AgentPool',
    at: 'spec.failure.window',
    message: AT_LEAST_A_MINUTE,
    good: { ...pool, failure: { window: '60s' } },
    bad: { ...pool, failure: { window: '10s' } },
  },
  {
    kind: 'Agent',
    at: 'spec',
    message: 'give either poolRef or templateRef',
    good: agent,
    bad: { ...agent, poolRef: { name: 'builders' } },
  },
  {
    kind: 'Agent',
    at: 'spec',
    message: 'a machine stays in its pool',
    before: { poolRef: { name: 'builders' }, team: 'acme' },
    good: { poolRef: { name: 'builders' }, team: 'acme', mode: 'Cordoned' },
    bad: agent,
  },
  {
    kind: 'Agent',
    at: 'spec',
    message: 'a machine with an owner is never given to another',
    before: { ...agent, owner: 'ana@example.com' },
    good: { ...agent, owner: 'ana@example.com', mode: 'Hibernated' },
    bad: { ...agent, owner: 'ben@example.com' },
  },
  {
    kind: 'Agent',
    at: 'spec',
    message: 'a machine with an owner is never given to another',
    before: { ...agent, owner: 'ana@example.com' },
    good: { ...agent, owner: 'ana@example.com' },
    bad: agent,
  },
  {
    kind: 'Agent',
    at: 'spec.poolRef',
    message: 'poolRef cannot change',
    before: { poolRef: { name: 'builders' }, team: 'acme' },
    good: { poolRef: { name: 'builders' }, team: 'acme', owner: 'ana@example.com' },
    bad: { poolRef: { name: 'testers' }, team: 'acme' },
  },
  {
    kind: 'Agent',
    at: 'spec.templateRef',
    message: 'templateRef cannot change; make another Agent',
    before: agent,
    good: { ...agent, wakeOn: 'Never' },
    bad: { ...agent, templateRef: { name: 'large' } },
  },
  {
    kind: 'Agent',
    at: 'spec.team',
    message: 'team cannot change',
    before: agent,
    good: { ...agent, hold: { until: '2030-01-01T00:00:00Z' } },
    bad: { ...agent, team: 'umbrella' },
  },
  {
    kind: 'AgentTemplate',
    at: 'spec',
    message: 'profile Sandboxed needs pod.runtimeClassName',
    good: { ...withPod({ runtimeClassName: 'gvisor' }), isolation: { profile: 'Sandboxed' } },
    bad: { ...template, isolation: { profile: 'Sandboxed' } },
  },
  {
    kind: 'AgentTemplate',
    at: 'spec.pod',
    message: 'image must name a digest',
    good: withPod({ image: 'agent:latest', allowTags: true }),
    bad: withPod({ image: 'agent:latest' }),
  },
  {
    kind: 'AgentTemplate',
    at: 'spec.pod',
    message: 'labels that begin with spectral.dev/ belong to the operator',
    good: withPod({ labels: { 'example.com/team': 'acme' } }),
    bad: withPod({ labels: { 'spectral.dev/busy': 'false' } }),
  },
  {
    kind: 'AgentTemplate',
    at: 'spec.pod',
    message: 'annotations that begin with spectral.dev/ belong to the operator',
    good: withPod({ annotations: { 'example.com/note': 'x' } }),
    bad: withPod({ annotations: { 'spectral.dev/drained-fence': '9' } }),
  },
  {
    kind: 'AgentTemplate',
    at: 'spec.pod',
    message: 'are set by the operator; remove them',
    good: withPod({ env: [{ name: 'LANG', value: 'C.UTF-8' }] }),
    bad: withPod({ env: [{ name: 'SPECTRAL_BACKEND_URL', value: 'http://elsewhere' }] }),
  },
  {
    kind: 'AgentTemplate',
    at: 'spec.pod.env[]',
    message: 'give either value or secretKeyRef',
    good: withPod({ env: [{ name: 'TOKEN', secretKeyRef: { name: 'ci', key: 'token' } }] }),
    bad: withPod({ env: [{ name: 'TOKEN', value: 'x', secretKeyRef: { name: 'ci', key: 'token' } }] }),
  },
  {
    kind: 'AgentTemplate',
    at: 'spec.workspace.size',
    message: 'the workspace may only grow',
    before: { ...template, workspace: { size: '1024Mi' } },
    good: { ...template, workspace: { size: '2Gi' } },
    bad: { ...template, workspace: { size: '1023Mi' } },
  },
  {
    kind: 'AgentTemplate',
    at: 'spec.isolation.networkEgress[]',
    message: 'give either cidr or namespace',
    good: withEgress({ cidr: '203.0.113.0/24' }),
    bad: withEgress({ cidr: '203.0.113.0/24', namespace: 'registry' }),
  },
  {
    kind: 'AgentTemplate',
    at: 'spec.isolation.networkEgress[]',
    message: 'except narrows a cidr; give one',
    good: withEgress({ cidr: '0.0.0.0/0', except: ['10.0.0.0/8'] }),
    bad: withEgress({ namespace: 'registry', except: ['10.0.0.0/8'] }),
  },
  ...['hibernateAfter', 'deleteAfter'].map((field) => ({
    kind: 'AgentTemplate',
    at: `spec.lifecycle.${field}`,
    message: AT_LEAST_A_MINUTE,
    good: { ...template, lifecycle: { [field]: '60s' } },
    bad: { ...template, lifecycle: { [field]: '0m59s' } },
  })),
  ...['drainTimeout', 'registerTimeout'].map((field) => ({
    kind: 'AgentTemplate',
    at: `spec.lifecycle.${field}`,
    message: MINUTE_TO_DAY,
    good: { ...template, lifecycle: { [field]: '24h' } },
    bad: { ...template, lifecycle: { [field]: '24h1s' } },
  })),
];
