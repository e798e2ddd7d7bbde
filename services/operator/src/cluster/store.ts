/** What a watch told, by name and by whatever else the reconcilers look for. A plain value: nothing here waits. */
import type { Existing, KubeObject } from './object.ts';

export interface StoreReader<T extends KubeObject, Index extends string = never> {
  get(namespace: string, name: string): Existing<T> | undefined;
  /** All objects, in no order. */
  all(): Existing<T>[];
  /** Objects that `index` files under `value`, in no order. */
  by(index: Index, value: string): Existing<T>[];
  readonly size: number;
}

export interface Store<T extends KubeObject, Index extends string = never> extends StoreReader<T, Index> {
  /** Adds the object, or puts it in the place of the one with its name. */
  put(object: Existing<T>): void;
  /** Takes the object of that name out. */
  drop(namespace: string, name: string): void;
}

/** Values an object is filed under, such as the uid of its owner. */
export type Indexes<T extends KubeObject, Index extends string> = Readonly<
  Record<Index, (object: Existing<T>) => readonly string[]>
>;

/** An empty store. The functions of `indexes` must be pure. */
export function createStore<T extends KubeObject, Index extends string = never>(
  indexes: Indexes<T, Index>,
): Store<T, Index> {
  const objects = new Map<string, Existing<T>>();
  /** Index and value, to the keys of objects filed there. */
  const filed = new Map<string, Set<string>>();

  const placesOf = (object: Existing<T>) =>
    indexNames(indexes).flatMap((index) => indexes[index](object).map((value) => place(index, value)));
  const drop = (namespace: string, name: string) => {
    const key = keyOf(namespace, name);
    const object = objects.get(key);
    if (!object) return;
    objects.delete(key);
    for (const where of placesOf(object)) unfile(filed, where, key);
  };

  return {
    get: (namespace, name) => objects.get(keyOf(namespace, name)),
    all: () => [...objects.values()],
    by: (index, value) =>
      [...(filed.get(place(index, value)) ?? [])].flatMap((key) => objects.get(key) ?? []),
    get size() {
      return objects.size;
    },
    put(object) {
      const { namespace, name } = object.metadata;
      const key = keyOf(namespace, name);
      drop(namespace, name);
      objects.set(key, object);
      for (const where of placesOf(object)) filed.set(where, (filed.get(where) ?? new Set()).add(key));
    },
    drop,
  };
}

/** Names the object in queues and stores: `namespace/name`, as kubectl prints it. */
export function keyOf(namespace: string, name: string): string {
  return `${namespace}/${name}`;
}

/** The parts of a key. */
export function partsOfKey(key: string): { readonly namespace: string; readonly name: string } {
  const [namespace = '', name = ''] = key.split('/', 2);
  return { namespace, name };
}

function unfile(filed: Map<string, Set<string>>, where: string, key: string): void {
  const keys = filed.get(where);
  keys?.delete(key);
  if (keys?.size === 0) filed.delete(where);
}

function indexNames<Index extends string>(indexes: Readonly<Record<Index, unknown>>): Index[] {
  return Object.keys(indexes) as Index[];
}

/** Index names are words of ours without a colon. */
function place(index: string, value: string): string {
  return `${index}:${value}`;
}
