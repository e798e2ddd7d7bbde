/** Writes a status when it differs, and lets changes of little weight gather for a moment, so that one write tells them all. */
import { keyOf, type Cluster, type Existing, type KubeObject, type Resource } from '../cluster/index.ts';
import { STATUS_MANAGER } from '../objects/labels.ts';
import { orderedJson } from '../objects/revision.ts';
import type { Freshness } from './freshness.ts';

type WithStatus = KubeObject & { readonly status?: unknown };

export interface StatusWriter {
  /** Milliseconds until it should be asked again, when it waits; null when the status is written or was so before. */
  write<T extends WithStatus>(
    resource: Resource<T>,
    object: Existing<T>,
    wanted: { readonly status: T['status']; readonly isUrgent: boolean },
  ): Promise<number | null>;
}

const GATHER_MS = 2_000;

export function createStatusWriter(
  cluster: Pick<Cluster, 'applyStatus'>,
  freshness: Pick<Freshness, 'wrote'>,
  now: () => number,
): StatusWriter {
  /** By key, since when a change waits. */
  const waitingSince = new Map<string, number>();
  return {
    async write(resource, object, { status, isUrgent }) {
      const { namespace, name, uid } = object.metadata;
      const key = `${resource.kind} ${keyOf(namespace, name)}`;
      if (orderedJson(object.status ?? {}) === orderedJson(status ?? {})) {
        waitingSince.delete(key);
        return null;
      }
      const since = waitingSince.get(key) ?? now();
      waitingSince.set(key, since);
      if (!isUrgent && now() - since < GATHER_MS) return since + GATHER_MS - now();
      const { apiVersion, kind } = object;
      const partial = { ...object, apiVersion, kind, metadata: { namespace, name, uid }, status };
      freshness.wrote(await cluster.applyStatus(resource, partial, { manager: STATUS_MANAGER }));
      waitingSince.delete(key);
      return null;
    },
  };
}
