/** A cluster in memory: one client of a MemoryServer. Several clients may share a server, as several operators do. */
import type { Logger } from '@spectral/common';
import type { Cluster, Resource } from './cluster.ts';
import type { KubeObject } from './object.ts';
import { asRecord, type Json } from './memory-fields.ts';
import type { Change } from './memory-history.ts';
import { hasLabels } from './memory-object.ts';
import { shelfOf, type MemoryServer } from './memory-server.ts';
import { apiVersionOf, readObject, readerOf, type ReadObject } from './read-object.ts';
import { startReflector, type SourceEvent, type WatchSource } from './reflector.ts';
import { statusAlone } from './status-part.ts';
import type { Timers } from './timers.ts';

interface Parts {
  readonly server: MemoryServer;
  /** Owner of the fields that `create` and `mergePatch` write. */
  readonly manager: string;
  readonly timers: Timers;
  readonly random: () => number;
  readonly log: Logger;
}

export function createMemoryCluster({ server, manager, timers, random, log }: Parts): Cluster {
  return {
    async get(resource, namespace, name) {
      const found = server.read({ kind: kindOf(resource), namespace, name });
      return found && readObject(resource, found);
    },
    async list(resource, namespace, { labels = {} } = {}) {
      const read = readerOf(resource, log);
      return [...(await sourceOf(server, resource, namespace, labels, read).list()).objects];
    },
    async create(resource, object) {
      return readObject(
        resource,
        server.create(placeOf(resource, object), bodyOf(resource, object), manager),
      );
    },
    async apply(resource, object, { manager: applying, force = false }) {
      const how = { manager: applying, part: 'object', force } as const;
      return readObject(resource, server.apply(placeOf(resource, object), bodyOf(resource, object), how));
    },
    async applyStatus(resource, object, { manager: applying }) {
      const how = { manager: applying, part: 'status', force: true } as const;
      return readObject(
        resource,
        server.apply(placeOf(resource, object), bodyOf(resource, statusAlone(object)), how),
      );
    },
    async mergePatch(resource, namespace, name, patch) {
      const place = { kind: kindOf(resource), namespace, name };
      return readObject(resource, server.patch(place, asJson(patch), manager));
    },
    async remove(resource, namespace, name, options = {}) {
      server.remove({ kind: kindOf(resource), namespace, name }, options);
    },
    watch(resource, namespace, listener, { labels = {} } = {}) {
      const source = sourceOf(server, resource, namespace, labels, readerOf(resource, log));
      return startReflector(source, listener, { timers, random, log });
    },
  };
}

function sourceOf<T extends KubeObject>(
  server: MemoryServer,
  resource: Resource<T>,
  namespace: string,
  labels: Readonly<Record<string, string>>,
  read: ReadObject<T>,
): WatchSource<T> {
  const kind = kindOf(resource);
  return {
    async list() {
      const found = server.list(kind, namespace).filter((object) => hasLabels(object, labels));
      return {
        objects: found.flatMap((object) => read(object) ?? []),
        version: String(server.history.version),
      };
    },
    async *follow(version, signal) {
      for await (const change of server.history.follow(shelfOf(kind, namespace), Number(version), signal)) {
        yield eventOf(change, labels, read);
      }
    },
  };
}

/** An object that loses a label asked for is as good as removed. */
function eventOf<T extends KubeObject>(
  { version: number, name, after }: Change,
  labels: Readonly<Record<string, string>>,
  read: ReadObject<T>,
): SourceEvent<T> {
  const version = String(number);
  const object = after && hasLabels(after, labels) ? read(after) : null;
  return object ? { type: 'present', object, version } : { type: 'absent', name, version };
}

/** The plural, with its group where there is one. */
function kindOf({ group, plural }: Resource<KubeObject>): string {
  return group === '' ? plural : `${plural}.${group}`;
}

function placeOf(resource: Resource<KubeObject>, { metadata }: Pick<KubeObject, 'metadata'>) {
  const { namespace = '', name } = metadata;
  return { kind: kindOf(resource), namespace, name };
}

function bodyOf(resource: Resource<KubeObject>, object: object): Json {
  return { ...asJson(object), apiVersion: apiVersionOf(resource), kind: resource.kind };
}

/** A copy as it would come over a wire: nothing undefined, nothing shared. */
function asJson(object: object): Json {
  return asRecord(JSON.parse(JSON.stringify(object)));
}
