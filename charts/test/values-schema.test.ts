/** Values that cannot be used are refused with words that name them, by both helms. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'mocha';
import { parse } from 'yaml';
import { CHART, HELM_VERSIONS, LEAST, refusal, type Values } from './support/helm.ts';

/** Values, and what the refusal must name. */
const REFUSED: readonly (readonly [what: string, values: Values, named: RegExp])[] = [
  ['a misspelt key at the top', { publicURL: 'https://a.example.com' }, /publicURL/],
  ['a misspelt part', { gatway: {} }, /gatway/],
  ['a misspelt key of a part', { relay: { replica: 3 } }, /replica/],
  ['a misspelt key deep down', { relay: { autoscaling: { enable: true } } }, /enable/],
  ['a misspelt key of an image', { gateway: { image: { name: 'x' } } }, /name/],
  ['a public address without a scheme', { publicUrl: 'spectral.example.com' }, /publicUrl/],
  ['a public address with a path', { publicUrl: 'https://example.com/spectral' }, /publicUrl/],
  ['a relay address for sockets', { relayPublicUrl: 'wss://relay.example.com' }, /relayPublicUrl/],
  ['a database that is no Postgres', { database: { url: 'mysql://h/d' } }, /database/],
  ['no connections', { database: { connections: 0 } }, /connections/],
  ['connections as text', { database: { connections: 'ten' } }, /connections/],
  ['a Redis by http', { redis: { url: 'http://redis' } }, /redis/],
  ['a password in place of a Secret', { redis: { password: 'x' } }, /password/],
  ['the name of a Secret in capitals', { database: { existingSecret: { name: 'My_Secret' } } }, /database/],
  ['a key with a slash', { database: { existingSecret: { name: 'a', key: 'a/b' } } }, /key/],
  ['a service secret in values', { secrets: { service: { value: 'x' } } }, /value/],
  ['the tag latest', { image: { tag: 'latest' } }, /tag/],
  ['the tag latest of one image', { relay: { image: { tag: 'latest' } } }, /tag/],
  ['a digest that is too short', { relay: { image: { digest: 'sha256:abc' } } }, /digest/],
  ['a tag in a repository', { relay: { image: { repository: 'relay:1' } } }, /repository/],
  ['an image without a version', { eval: { redis: { image: 'redis' } } }, /image/],
  ['an image of the latest version', { eval: { postgres: { image: 'postgres:latest' } } }, /image/],
  ['a pull policy that is none', { image: { pullPolicy: 'Sometimes' } }, /pullPolicy/],
  ['a log level that is none', { logLevel: 'verbose' }, /logLevel/],
  ['an address to listen on that is not ours', { listenAddress: '127.0.0.1' }, /listenAddress/],
  ['pods below none', { relay: { replicas: -1 } }, /replicas/],
  ['half a pod', { relay: { replicas: 1.5 } }, /replicas/],
  ['a privileged port', { gateway: { service: { port: 80 } } }, /port/],
  ['a Service of an unknown type', { gateway: { service: { type: 'ExternalName' } } }, /type/],
  ['a drain above an hour', { gateway: { drainSeconds: 4000 } }, /drainSeconds/],
  ['a drain as text', { relay: { drainSpreadSeconds: '20s' } }, /drainSpreadSeconds/],
  ['a misspelt resource', { relay: { resources: { limits: { mem: '1Gi' } } } }, /resources|mem/],
  ['memory with a wrong unit', { relay: { resources: { limits: { memory: '1GB' } } } }, /memory/],
  ['a label with a space', { relay: { podLabels: { a: 'b c' } } }, /podLabels/],
  ['a toleration with a wrong effect', { relay: { tolerations: [{ effect: 'Never' }] } }, /effect/],
  ['an affinity of an unknown kind', { relay: { affinity: { podafinity: {} } } }, /podafinity/],
  ['a spread without a key', { relay: { topologySpreadConstraints: [{ maxSkew: 1 }] } }, /topology/],
  ['a variable without a name', { relay: { extraEnv: [{ value: 'x' }] } }, /name/],
  ['a variable with two spellings', { relay: { extraEnv: [{ name: 'A', val: 'x' }] } }, /val/],
  [
    'a mount at a relative path',
    { relay: { extraVolumeMounts: [{ name: 'a', mountPath: 'x' }] } },
    /mountPath/,
  ],
  [
    'a container of the latest version',
    { relay: { extraContainers: [{ name: 'a', image: 'a:latest' }] } },
    /image/,
  ],
  ['a budget of nothing', { relay: { disruptionBudget: { maxUnavailable: 0 } } }, /maxUnavailable/],
  ['a lateness in seconds', { relay: { autoscaling: { eventLoopDelay: '50ms' } } }, /eventLoopDelay/],
  ['an unknown controller', { ingress: { controller: 'traefik' } }, /controller/],
  ['an idle time below the heartbeat', { ingress: { idleTimeoutSeconds: 20 } }, /idleTimeoutSeconds/],
  ['a route to no Gateway', { httpRoute: { parentRefs: [{ namespace: 'a' }] } }, /name/],
  ['a peer by name', { networkPolicy: { entranceFrom: [{ host: 'a' }] } }, /host/],
  [
    'a peer without a mask',
    { networkPolicy: { redis: { to: [{ ipBlock: { cidr: '10.0.0.1' } }] } } },
    /cidr/,
  ],
  ['a policy without ports', { networkPolicy: { redis: { ports: [] } } }, /ports/],
  ['a mode of migrations that is none', { migrations: { mode: 'never' } }, /mode/],
  ['an unknown action of the guard', { busyGuard: { action: 'Delete' } }, /action/],
  ['a namespace twice', { operator: { watchNamespaces: ['a', 'a'] } }, /watchNamespaces/],
  ['a scrape every sometimes', { monitoring: { serviceMonitor: { interval: 'often' } } }, /interval/],
  ['an extra object without a kind', { extraObjects: [{ apiVersion: 'v1' }] }, /extraObjects/],
  ['a template without a spec', { agentTemplates: { a: {} } }, /spec/],
  ['a template with a misspelt field', { agentTemplates: { a: { spec: { pods: {} } } } }, /pods/],
  [
    'a template with a misspelt field deep down',
    { agentTemplates: { a: { spec: { lifecycle: { hibernate: '5m' } } } } },
    /hibernate/,
  ],
  [
    'a template of an unknown profile',
    { agentTemplates: { a: { spec: { isolation: { profile: 'Open' } } } } },
    /profile/,
  ],
  ['a disk in GB', { agentTemplates: { a: { spec: { workspace: { size: '10GB' } } } } }, /size/],
  ['a pool without a team', { agentPools: { a: { spec: { templateRef: { name: 'a' } } } } }, /team/],
  [
    'a pool of too many',
    { agentPools: { a: { spec: { templateRef: { name: 'a' }, team: 'a', replicas: 501 } } } },
    /replicas/,
  ],
  [
    'a pool with a name in capitals',
    { agentPools: { A: { spec: { templateRef: { name: 'a' }, team: 'a' } } } },
    /agentPools|'A'/,
  ],
  ['a policy for nobody', { modelPolicies: { a: { spec: { teams: [], allow: [] } } } }, /teams/],
];

/** Faults between values, which the templates find. */
const CONTRADICTIONS: readonly (readonly [what: string, values: readonly Values[], named: RegExp])[] = [
  ['no address', [LEAST, { publicUrl: '' }], /publicUrl is not set/],
  ['no database and no Redis', [{ publicUrl: 'https://a.example.com' }], /no database[^]*no Redis/],
  ['two databases', [LEAST, { database: { existingSecret: { name: 'a' } } }], /both given/],
  ['a look with a database', [LEAST, { eval: { enabled: true } }], /of its own/],
  [
    'a look that scales',
    [{ eval: { enabled: true }, relay: { autoscaling: { enabled: true } } }],
    /relay\.autoscaling/,
  ],
  [
    'bounds the wrong way round',
    [LEAST, { relay: { autoscaling: { minReplicas: 5, maxReplicas: 2 } } }],
    /above maxReplicas/,
  ],
  [
    'autoscaling on nothing',
    [LEAST, { gateway: { autoscaling: { enabled: true, cpuUtilization: 0 } } }],
    /nothing to look at/,
  ],
  ['a route without a Gateway', [LEAST, { httpRoute: { enabled: true } }], /parentRefs/],
  [
    'two monitors',
    [LEAST, { monitoring: { serviceMonitor: { enabled: true }, podMonitor: { enabled: true } } }],
    /twice/,
  ],
  [
    'a fleet without its operator',
    [LEAST, { operator: { enabled: false }, agentTemplates: { a: { spec: {} } } }],
    /operator\.enabled/,
  ],
  [
    'a pool where nobody watches',
    [LEAST, { agentTemplates: { a: { namespace: 'elsewhere', spec: {} } } }],
    /elsewhere/,
  ],
];

describe('values of the chart', function () {
  this.timeout(20_000);
  for (const [what, values, named] of REFUSED) {
    it(`are refused with ${what}`, async () => {
      for (const helm of HELM_VERSIONS) assert.match(await refusal([LEAST, values], { helm }), named, helm);
    });
  }

  for (const [what, values, named] of CONTRADICTIONS) {
    it(`are refused with ${what}`, async () => {
      for (const helm of HELM_VERSIONS) assert.match(await refusal(values, { helm }), named, helm);
    });
  }

  it('are refused where the guard needs a newer Kubernetes', async () => {
    const values = { busyGuard: { enabled: true } };

    assert.match(
      await refusal([LEAST, values], { kubernetes: '1.29.5' }),
      /busyGuard needs Kubernetes 1\.30/,
    );
  });

  it('are refused with every fault at once', async () => {
    const said = await refusal([{ httpRoute: { enabled: true } }]);

    for (const part of ['publicUrl', 'database', 'Redis', 'parentRefs']) assert.ok(said.includes(part), part);
  });

  it('have a place in the schema, and the schema knows no others', () => {
    const schema = JSON.parse(readFileSync(join(CHART, 'values.schema.json'), 'utf8')) as Schema;
    const values = parse(readFileSync(join(CHART, 'values.yaml'), 'utf8')) as Record<string, unknown>;

    assert.deepEqual(pathsOfSchema(schema, schema.definitions ?? {}), pathsOfValues(values));
  });

  it('are closed in the schema at every map but those that hold data', () => {
    const schema = JSON.parse(readFileSync(join(CHART, 'values.schema.json'), 'utf8')) as Schema;

    assert.deepEqual(openMaps(schema, ''), []);
  });
});

interface Schema {
  readonly $ref?: string;
  readonly type?: string;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly definitions?: Readonly<Record<string, Schema>>;
  readonly additionalProperties?: unknown;
  readonly description?: string;
  readonly [keyword: string]: unknown;
}

/** Maps of settings, as both know them; `global` is another chart's word. */
function pathsOfSchema(schema: Schema, definitions: Readonly<Record<string, Schema>>, prefix = ''): string[] {
  const resolved = schema.$ref ? (definitions[schema.$ref.replace('#/definitions/', '')] ?? {}) : schema;
  return Object.entries(resolved.properties ?? {})
    .filter(([key]) => key !== 'global' && !isData(key))
    .flatMap(([key, child]) => [`${prefix}${key}`, ...pathsOfSchema(child, definitions, `${prefix}${key}.`)])
    .toSorted();
}

function pathsOfValues(values: Record<string, unknown>, prefix = ''): string[] {
  return Object.entries(values)
    .filter(([key]) => !isData(key))
    .flatMap(([key, child]) => {
      const isMap = child !== null && typeof child === 'object' && !Array.isArray(child);
      return [
        `${prefix}${key}`,
        ...(isMap ? pathsOfValues(child as Record<string, unknown>, `${prefix}${key}.`) : []),
      ];
    })
    .toSorted();
}

/** What is in these is the user's. */
function isData(key: string): boolean {
  return ['requests', 'limits', 'labels', 'affinity'].includes(key);
}

/** Maps with named fields that take unnamed ones too, which a typing error would get lost in. */
function openMaps(schema: unknown, path: string): string[] {
  if (schema === null || typeof schema !== 'object') return [];
  const { type, properties, additionalProperties, description, required } = schema as Schema;
  const isOpen = type === 'object' && properties !== undefined && additionalProperties === undefined;
  const isLeftToCluster =
    description?.includes('in a pod') || (Array.isArray(required) && required[0] === 'apiVersion');
  return [
    ...(isOpen && !isLeftToCluster && !path.includes('extraContainers') ? [path] : []),
    ...Object.entries(schema).flatMap(([key, child]) => openMaps(child, `${path}/${key}`)),
  ];
}
