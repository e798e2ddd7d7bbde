/** Writes a status when it differs, and lets changes of little weight gather for a moment, so that one write tells them all. */
import type { Cluster, Existing, KubeObject, Resource } from '../cluster/index.ts';
import { STATUS_MANAGER } from '../objects/labels.ts';
import { orderedJson } from '../objects/revision.ts';
import type { Freshness } from './freshness.ts';

type WithStatus = KubeObject & { readonly status?: unknown };

/** `later` is for what is on its way and changes again and again before it is there. */
export type Haste = 'now' | 'soon' | 'later';

export interface StatusWriter {
  /** Milliseconds until it should be asked again, when it waits; null when the status is written or was so before. */
  write<T extends WithStatus>(
    resource: Resource<T>,
    object: Existing<T>,
    wanted: { readonly status: T['status']; readonly haste: Haste },
  ): Promise<number | null>;
  /** The object of this uid is gone. */
  forget(uid: string): void;
}

/** How long changes gather, from the first of them. */
const GATHER_MS: Readonly<Record<Haste, number>> = { now: 0, soon: 2_000, later: 5_000 };

export function createStatusWriter(
  cluster: Pick<Cluster, 'applyStatus'>,
  freshness: Pick<Freshness, 'wrote'>,
  now: () => number,
): StatusWriter {
  /** By uid, since when a change waits. */
  const waitingSince = new Map<string, number>();
  return {
    async write(resource, object, { status, haste }) {
      const { namespace, name, uid } = object.metadata;
      if (orderedJson(object.status ?? {}) === orderedJson(status ?? {})) {
        waitingSince.delete(uid);
        return null;
      }
      const since = waitingSince.get(uid) ?? now();
      waitingSince.set(uid, since);
      const dueAt = since + GATHER_MS[haste];
      if (now() < dueAt) return dueAt - now();
      const { apiVersion, kind } = object;
      const partial = { ...object, apiVersion, kind, metadata: { namespace, name, uid }, status };
      freshness.wrote(await cluster.applyStatus(resource, partial, { manager: STATUS_MANAGER }));
      waitingSince.delete(uid);
      return null;
    },
    forget: (uid) => void waitingSince.delete(uid),
  };
}
