/** Two kinds every cluster has, read as little as the tests need: one without and one with a status. */
import * as v from 'valibot';
import { objectMeta, type KubeObject, type Resource } from '../../src/cluster/index.ts';

const texts = v.record(v.string(), v.string());

export interface ConfigMap extends KubeObject {
  readonly data?: Readonly<Record<string, string>>;
}

const configMap = v.object({
  apiVersion: v.literal('v1'),
  kind: v.literal('ConfigMap'),
  metadata: objectMeta,
  data: v.exactOptional(texts),
});

export const configMaps: Resource<ConfigMap> = {
  group: '',
  version: 'v1',
  kind: 'ConfigMap',
  plural: 'configmaps',
  parse: (object) => v.parse(configMap, object),
};

export interface ProbePod extends KubeObject {
  readonly spec: { readonly containers: readonly { readonly name: string; readonly image?: string }[] };
  readonly status?: {
    readonly reason?: string;
    readonly message?: string;
    readonly conditions?: readonly { readonly type: string; readonly status: string }[];
  };
}

const probePod = v.object({
  apiVersion: v.literal('v1'),
  kind: v.literal('Pod'),
  metadata: objectMeta,
  spec: v.object({ containers: v.array(v.object({ name: v.string(), image: v.exactOptional(v.string()) })) }),
  status: v.exactOptional(
    v.object({
      reason: v.exactOptional(v.string()),
      message: v.exactOptional(v.string()),
      conditions: v.exactOptional(v.array(v.object({ type: v.string(), status: v.string() }))),
    }),
  ),
});

export const probePods: Resource<ProbePod> = {
  group: '',
  version: 'v1',
  kind: 'Pod',
  plural: 'pods',
  parse: (object) => v.parse(probePod, object),
};

export function aConfigMap(namespace: string, name: string, data: Record<string, string>): ConfigMap {
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { namespace, name }, data };
}

export function aPod(namespace: string, name: string): ProbePod {
  const containers = [{ name: 'main', image: 'registry.example/none:1' }];
  return { apiVersion: 'v1', kind: 'Pod', metadata: { namespace, name }, spec: { containers } };
}
