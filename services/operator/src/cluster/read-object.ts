/** Parsing at the edge of a cluster: one object that cannot be read must not blind us to all others. */
import type { Logger } from '@spectral/common';
import { ClusterError } from './cluster-error.ts';
import type { Resource } from './cluster.ts';
import type { Existing, KubeObject } from './object.ts';
import { isExisting } from './parse-object.ts';

/** The object, or null (and a line in the log) when it cannot be read. */
export type ReadObject<T extends KubeObject> = (object: unknown) => Existing<T> | null;

/** Reads the objects of lists and watches, whose items leave out what kind they are. */
export function readerOf<T extends KubeObject>(resource: Resource<T>, log: Logger): ReadObject<T> {
  return (object) => {
    try {
      return readObject(resource, object);
    } catch (err) {
      log.warn({ err, kind: resource.kind }, 'an object that cannot be read is left out');
      return null;
    }
  };
}

/** The object, or ClusterError `invalid`. */
export function readObject<T extends KubeObject>(resource: Resource<T>, object: unknown): Existing<T> {
  try {
    const { kind } = resource;
    const parsed = resource.parse({ ...recordOf(object), apiVersion: apiVersionOf(resource), kind });
    if (isExisting(parsed)) return parsed;
  } catch (cause) {
    throw new ClusterError('invalid', `a ${resource.kind} came that cannot be read: ${describe(cause)}`, {
      cause,
    });
  }
  throw new ClusterError('invalid', `a ${resource.kind} came without namespace, uid or version`);
}

export function apiVersionOf({ group, version }: Resource<KubeObject>): string {
  return group === '' ? version : `${group}/${version}`;
}

function recordOf(object: unknown): object {
  return typeof object === 'object' && object !== null ? object : {};
}

function describe(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}
