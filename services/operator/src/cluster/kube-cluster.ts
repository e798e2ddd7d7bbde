/** A cluster behind an API server (Kubernetes 1.20 and later). */
import type { Logger } from '@spectral/common';
import { isClusterError } from './cluster-error.ts';
import type { Cluster, Resource } from './cluster.ts';
import type { KubeAccess } from './kube-access.ts';
import type { KubeObject } from './object.ts';
import { createKubeRequests, type KubeRequest } from './kube-requests.ts';
import { kubeWatchSource } from './kube-watch-source.ts';
import { readObject, readerOf, apiVersionOf } from './read-object.ts';
import { startReflector } from './reflector.ts';
import { statusAlone } from './status-part.ts';
import { labelSelector, resourcePath } from './resource-path.ts';
import type { Timers } from './timers.ts';

interface Parts {
  readonly access: KubeAccess;
  /** Owner of the fields that `create` and `mergePatch` write. */
  readonly manager: string;
  readonly timers: Timers;
  readonly random: () => number;
  readonly log: Logger;
}

export interface KubeCluster extends Cluster {
  /** Ends idle connections. Watches are closed by who opened them. */
  close(): void;
}

export function createKubeCluster({ access, manager, timers, random, log }: Parts): KubeCluster {
  const requests = createKubeRequests(access);

  const sourceOf = <T extends KubeObject>(
    resource: Resource<T>,
    namespace: string,
    labels: Readonly<Record<string, string>> = {},
  ) => {
    const parts = { requests, timers, random, read: readerOf(resource, log) };
    return kubeWatchSource({
      ...parts,
      path: resourcePath(resource, namespace),
      selector: labelSelector(labels),
    });
  };
  const send = async <T extends KubeObject>(resource: Resource<T>, request: KubeRequest) =>
    readObject(resource, await requests.send(request));
  const applyAt = <T extends KubeObject>(
    resource: Resource<T>,
    path: string,
    object: object,
    { manager: fieldManager, force = false }: { manager: string; force?: boolean },
  ) =>
    send(resource, {
      method: 'PATCH',
      path,
      query: { fieldManager, force: String(force) },
      contentType: 'application/apply-patch+yaml',
      body: named(resource, object),
    });

  return {
    async get(resource, namespace, name) {
      try {
        return await send(resource, { method: 'GET', path: resourcePath(resource, namespace, name) });
      } catch (error) {
        if (isClusterError(error, 'not-found')) return null;
        throw error;
      }
    },
    async list(resource, namespace, { labels } = {}) {
      const { objects } = await sourceOf(resource, namespace, labels).list();
      return [...objects];
    },
    create: (resource, object) =>
      send(resource, {
        method: 'POST',
        path: resourcePath(resource, object.metadata.namespace ?? ''),
        query: { fieldManager: manager },
        body: named(resource, object),
      }),
    apply: (resource, object, options) => applyAt(resource, pathOf(resource, object), object, options),
    applyStatus: (resource, object, options) =>
      applyAt(resource, pathOf(resource, object, 'status'), statusAlone(object), { ...options, force: true }),
    mergePatch: (resource, namespace, name, patch) =>
      send(resource, {
        method: 'PATCH',
        path: resourcePath(resource, namespace, name),
        query: { fieldManager: manager },
        contentType: 'application/merge-patch+json',
        body: patch,
      }),
    async remove(resource, namespace, name, { uid, resourceVersion, gracePeriodSeconds } = {}) {
      const body = {
        apiVersion: 'v1',
        kind: 'DeleteOptions',
        propagationPolicy: 'Background',
        ...(gracePeriodSeconds !== undefined && { gracePeriodSeconds }),
        ...((uid ?? resourceVersion) !== undefined && {
          preconditions: { ...(uid && { uid }), ...(resourceVersion && { resourceVersion }) },
        }),
      };
      try {
        await requests.send({ method: 'DELETE', path: resourcePath(resource, namespace, name), body });
      } catch (error) {
        if (!isClusterError(error, 'not-found')) throw error;
      }
    },
    watch(resource, namespace, listener, { labels } = {}) {
      const child = log.child({ kind: resource.kind, namespace });
      return startReflector(sourceOf(resource, namespace, labels), listener, { timers, random, log: child });
    },
    close: requests.close,
  };
}

function pathOf(
  resource: Resource<KubeObject>,
  { metadata }: Pick<KubeObject, 'metadata'>,
  ...part: string[]
): string {
  return resourcePath(resource, metadata.namespace ?? '', metadata.name, ...part);
}

function named(resource: Resource<KubeObject>, object: object): object {
  return { ...object, apiVersion: apiVersionOf(resource), kind: resource.kind };
}
