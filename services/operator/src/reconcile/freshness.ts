/**
 * What this process wrote and its watches have not shown yet. A plan made of an older version would do things twice, so
 * it waits until the cache has caught up.
 */
import type { Existing, KubeObject } from '../cluster/index.ts';

export interface Freshness {
  /** Notes the object as a write returned it. */
  wrote(object: Existing<KubeObject>): void;
  /** Whether the cached object is older than what was written. */
  isStale(cached: Existing<KubeObject>): boolean;
  /** The object of this uid is gone. */
  forget(uid: string): void;
}

export function createFreshness(): Freshness {
  /** By uid, the newest version we made. */
  const written = new Map<string, bigint>();
  return {
    wrote({ metadata }) {
      const version = versionOf(metadata.resourceVersion);
      if (version > (written.get(metadata.uid) ?? 0n)) written.set(metadata.uid, version);
    },
    isStale({ metadata }) {
      const version = written.get(metadata.uid);
      if (version === undefined) return false;
      if (versionOf(metadata.resourceVersion) < version) return true;
      written.delete(metadata.uid);
      return false;
    },
    forget: (uid) => void written.delete(uid),
  };
}

/** Versions are whole numbers on every API server there is; one that is not is never waited for. */
function versionOf(resourceVersion: string): bigint {
  return /^\d+$/.test(resourceVersion) ? BigInt(resourceVersion) : 0n;
}
