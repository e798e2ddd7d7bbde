/**
 * What an API server does with objects, in memory: versions, preconditions, the status apart from the rest,
 * server-side apply, finalizers, grace of pods on a node, and the collection of what has lost its owner. It checks no
 * schemas and knows no namespaces beyond their names. All calls act at once; `memory-cluster.ts` is a client of it.
 */
import { isDeepStrictEqual } from 'node:util';
import { ClusterError } from './cluster-error.ts';
import type { RemoveOptions } from './cluster.ts';
import { asRecord, fieldsOf, isStatusField, objectOf, type Fields, type Json } from './memory-fields.ts';
import { createHistory, type History } from './memory-history.ts';
import { mergedWith, metaOf, withMeta } from './memory-object.ts';
import { applied, applier, ownersInTheWay, updater, written, type Owners } from './memory-ownership.ts';

/** Where an object is: its kind's plural with group, its namespace and name. */
export interface Place {
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
}

export interface MemoryServer {
  readonly history: History;
  read(place: Place): Json | null;
  list(kind: string, namespace: string): Json[];
  create(place: Place, object: Json, manager: string): Json;
  apply(place: Place, object: Json, how: Applying): Json;
  patch(place: Place, patch: Json, manager: string): Json;
  remove(place: Place, options: RemoveOptions): void;
}

export interface Applying {
  readonly manager: string;
  readonly part: 'object' | 'status';
  readonly force: boolean;
}

interface Stored {
  readonly place: Place;
  readonly object: Json;
  readonly owners: Owners;
}

const DEFAULT_POD_GRACE_S = 30;

/** An empty server. `remembered` bounds how many changes those who follow may be behind. */
export function createMemoryServer({
  now,
  remembered = 10_000,
}: {
  readonly now: () => number;
  readonly remembered?: number;
}): MemoryServer {
  const stored = new Map<string, Stored>();
  const history = createHistory(remembered);
  let births = 0;

  const at = (place: Place) => stored.get(keyOf(place));
  const existing = (place: Place) => {
    const found = at(place);
    if (!found)
      throw new ClusterError('not-found', `there is no ${place.kind} ${place.namespace}/${place.name}`);
    return found;
  };
  const birth = (place: Place): Json => {
    births += 1;
    const { name, namespace } = place;
    const uid = `00000000-0000-4000-8000-${births.toString(16).padStart(12, '0')}`;
    return { name, namespace, uid, creationTimestamp: timestamp(now()), generation: 1 };
  };
  const drop = ({ place, object }: Stored) => {
    stored.delete(keyOf(place));
    history.add({
      shelf: shelfOf(place.kind, place.namespace),
      name: place.name,
      before: object,
      after: null,
    });
    collectOrphans();
  };
  /** Keeps an object as it is now, or lets it go when nothing holds it any more. */
  const keep = (place: Place, draft: Json, owners: Owners): Json => {
    const before = at(place)?.object ?? null;
    const same =
      before !== null &&
      isDeepStrictEqual(
        withMeta(draft, { resourceVersion: undefined }),
        withMeta(before, { resourceVersion: undefined }),
      );
    if (same) {
      stored.set(keyOf(place), { place, object: before, owners });
      return before;
    }
    const object = withMeta(draft, {
      resourceVersion: String(history.version + 1),
      generation: generationOf(draft, before),
    });
    if (isFinished(object)) {
      drop({ place, object, owners });
      return object;
    }
    stored.set(keyOf(place), { place, object, owners });
    history.add({ shelf: shelfOf(place.kind, place.namespace), name: place.name, before, after: object });
    if (before === null) collectOrphans();
    return object;
  };
  /** What has owners, none of which is there any more, goes too. */
  const collectOrphans = () => {
    const uids = new Set([...stored.values()].map(({ object }) => metaOf(object).uid));
    const orphan = [...stored.values()].find(({ object }) => {
      const { ownerReferences = [], deletionTimestamp } = metaOf(object);
      return (
        ownerReferences.length > 0 && !deletionTimestamp && !ownerReferences.some(({ uid }) => uids.has(uid))
      );
    });
    if (!orphan) return;
    remove(orphan.place, {});
    collectOrphans();
  };
  const remove = (place: Place, options: RemoveOptions) => {
    const found = at(place);
    if (!found) return;
    demand(found.object, options);
    const { deletionTimestamp, deletionGracePeriodSeconds = Infinity } = metaOf(found.object);
    const grace = Math.min(graceOf(found, options), deletionGracePeriodSeconds);
    keep(
      place,
      withMeta(found.object, {
        deletionTimestamp: deletionTimestamp ?? timestamp(now() + grace * 1_000),
        deletionGracePeriodSeconds: grace,
      }),
      found.owners,
    );
  };

  return {
    history,
    read: (place) => at(place)?.object ?? null,
    list: (kind, namespace) =>
      [...stored.values()]
        .filter(({ place }) => place.kind === kind && place.namespace === namespace)
        .map(({ object }) => object),
    create(place, object, manager) {
      if (at(place))
        throw new ClusterError('already-exists', `${place.kind} ${place.namespace}/${place.name} exists`);
      const fields = fieldsOf(ours(object, 'object'));
      const { owners } = written({ fields: new Map(), owners: new Map() }, fields, updater(manager));
      return keep(place, withMeta(objectOf(fields), birth(place)), owners);
    },
    apply(place, object, { manager, part, force }) {
      const { uid, resourceVersion } = metaOf(object);
      const found = part === 'status' ? existing(place) : at(place);
      if (!found && (uid ?? resourceVersion) !== undefined)
        throw conflict(`${place.name} is not there any more`);
      if (found) demand(found.object, { uid, resourceVersion });
      const owner = applier(manager, part);
      const wanted = onlyPart(fieldsOf(ours(object, part)), part);
      const live = { fields: fieldsOf(ours(found?.object ?? {}, 'all')), owners: found?.owners ?? new Map() };
      const inTheWay = force ? [] : ownersInTheWay(live, wanted, owner);
      if (inTheWay.length > 0) throw conflict(`fields belong to ${inTheWay.join(', ')}`, inTheWay);
      const next = applied(live, wanted, owner);
      return keep(
        place,
        withMeta(objectOf(next.fields), found ? kept(found.object) : birth(place)),
        next.owners,
      );
    },
    patch(place, patch, manager) {
      const { object, owners } = existing(place);
      const { uid, resourceVersion } = metaOf(patch);
      demand(object, { uid, resourceVersion });
      const draft = ours({ ...asRecord(mergedWith(object, patch)), status: object.status }, 'all');
      const live = { fields: fieldsOf(ours(object, 'all')), owners };
      const next = written(live, fieldsOf(draft), updater(manager));
      return keep(place, withMeta(objectOf(next.fields), kept(object)), next.owners);
    },
    remove,
  };
}

/** Facts that only the server writes. */
const SERVERS_OWN = [
  'name',
  'namespace',
  'uid',
  'resourceVersion',
  'generation',
  'creationTimestamp',
  'deletionTimestamp',
  'deletionGracePeriodSeconds',
] as const;

/** The part of an object that its writers own. */
function ours(object: Json, part: 'object' | 'status' | 'all'): Json {
  const meta = Object.entries(asRecord(object.metadata)).filter(
    ([field]) => !SERVERS_OWN.some((own) => own === field),
  );
  const { status, ...rest } = object;
  if (part === 'status') return { status };
  return { ...rest, metadata: Object.fromEntries(meta), ...(part === 'all' && { status }) };
}

function onlyPart(fields: Fields, part: 'object' | 'status'): Fields {
  return new Map([...fields].filter(([path]) => isStatusField(path) === (part === 'status')));
}

/** What stays as the server wrote it. */
function kept(object: Json): Json {
  const meta = Object.entries(asRecord(object.metadata)).filter(([field]) =>
    SERVERS_OWN.some((own) => own === field),
  );
  return Object.fromEntries(meta);
}

function demand(
  object: Json,
  { uid, resourceVersion }: { uid?: string | undefined; resourceVersion?: string | undefined },
): void {
  const meta = metaOf(object);
  if (uid !== undefined && uid !== meta.uid) throw conflict(`${meta.name} has uid ${meta.uid}, not ${uid}`);
  if (resourceVersion !== undefined && resourceVersion !== meta.resourceVersion) {
    throw conflict(`${meta.name} is of version ${meta.resourceVersion}, not ${resourceVersion}`);
  }
}

/** Counts what its writers asked for: everything but metadata and status. */
function generationOf(draft: Json, before: Json | null): number {
  if (before === null) return 1;
  const asked = (object: Json) => ({ ...object, metadata: null, status: null });
  return (metaOf(before).generation ?? 1) + (isDeepStrictEqual(asked(draft), asked(before)) ? 0 : 1);
}

/** A pod on a node stays until its kubelet says that it ended, by removing it without grace. */
function graceOf({ place, object }: Stored, { gracePeriodSeconds }: RemoveOptions): number {
  const { nodeName, terminationGracePeriodSeconds = DEFAULT_POD_GRACE_S } = asRecord(object.spec);
  if (place.kind !== 'pods' || nodeName === undefined) return 0;
  return gracePeriodSeconds ?? Number(terminationGracePeriodSeconds);
}

function isFinished(object: Json): boolean {
  const { deletionTimestamp, deletionGracePeriodSeconds, finalizers = [] } = metaOf(object);
  return deletionTimestamp !== undefined && deletionGracePeriodSeconds === 0 && finalizers.length === 0;
}

function conflict(message: string, owners: string[] = []): ClusterError {
  return new ClusterError('conflict', message, {
    owners: owners.map((owner) => owner.replace(/ \(.*\)$/, '')),
  });
}

/** Objects of one kind in one namespace. */
export function shelfOf(kind: string, namespace: string): string {
  return `${kind}/${namespace}`;
}

function keyOf({ kind, namespace, name }: Place): string {
  return `${shelfOf(kind, namespace)}/${name}`;
}

function timestamp(ms: number): string {
  return new Date(ms).toISOString().replace(/\.\d+Z$/, 'Z');
}
