/** Finds things among rendered objects. */
import assert from 'node:assert/strict';
import type { Manifest } from './helm.ts';

export interface Container {
  readonly name: string;
  readonly image: string;
  readonly command?: readonly string[];
  readonly args?: readonly string[];
  readonly env?: readonly Variable[];
  readonly resources?: {
    readonly requests?: Record<string, string>;
    readonly limits?: Record<string, string>;
  };
  readonly securityContext?: Readonly<Record<string, unknown>>;
  readonly lifecycle?: { readonly preStop?: Readonly<Record<string, unknown>> };
  readonly [field: string]: unknown;
}

export interface Variable {
  readonly name: string;
  readonly value?: string;
  readonly valueFrom?: { readonly secretKeyRef: { readonly name: string; readonly key: string } };
}

export interface PodSpec {
  readonly containers: readonly Container[];
  readonly securityContext?: Readonly<Record<string, unknown>>;
  readonly automountServiceAccountToken?: boolean;
  readonly serviceAccountName?: string;
  readonly terminationGracePeriodSeconds?: number;
  readonly [field: string]: unknown;
}

/** The one object of that kind and name; fails when there is none, or there are several. */
export function objectOf(objects: readonly Manifest[], kind: string, name: string): Manifest {
  const found = objects.filter((object) => object.kind === kind && object.metadata.name === name);
  assert.equal(found.length, 1, `${kind} ${name} is there ${found.length} times`);
  return found[0] as Manifest;
}

/** Names of all objects of a kind, sorted. */
export function namesOf(objects: readonly Manifest[], kind: string): string[] {
  return objects
    .filter((object) => object.kind === kind)
    .map(({ metadata }) => metadata.name)
    .toSorted();
}

/** A value deep in an object; undefined where the path ends early. */
export function at(object: unknown, path: string): unknown {
  return path
    .split('.')
    .reduce<unknown>((node, key) => (node as Record<string, unknown> | undefined)?.[key], object);
}

/** The pod of a workload, a Job or a Pod; null for other kinds. */
export function podOf(object: Manifest): PodSpec | null {
  if (object.kind === 'Pod') return object['spec'] as PodSpec;
  return (at(object, 'spec.template.spec') as PodSpec | undefined) ?? null;
}

/** The first container of the one Deployment of that name. */
export function containerOf(objects: readonly Manifest[], deployment: string): Container {
  const container = podOf(objectOf(objects, 'Deployment', deployment))?.containers[0];
  assert.ok(container, `${deployment} has a container`);
  return container;
}

/** A container's plain variables; what comes from a Secret is shown as `secret/key`. */
export function variablesOf({ env = [] }: Container): Record<string, string> {
  return Object.fromEntries(
    env.map(({ name, value, valueFrom }) => {
      const reference = valueFrom?.secretKeyRef;
      return [name, reference ? `${reference.name}/${reference.key}` : (value ?? '')];
    }),
  );
}
