/**
 * The operator's door to a Kubernetes cluster: namespaced objects by kind, and watches that never end by themselves.
 * Implementations: `kube-cluster.ts` (an API server) and `memory-cluster.ts`. Every method rejects with a ClusterError
 * and nothing else; none of them tries again by itself, except watches, which do so for ever.
 */
import type { Existing, KubeObject } from './object.ts';

/** A kind, and how its objects are read. */
export interface Resource<T extends KubeObject> {
  /** API group; empty for the core group. */
  readonly group: string;
  readonly version: string;
  readonly kind: string;
  /** The word in addresses, such as `pods`. */
  readonly plural: string;
  /** Gives what we use of an object as the API server sent it, or throws an Error that says what is wrong with it. */
  parse(object: unknown): T;
}

export interface Cluster {
  /** Null when there is none of that name. */
  get<T extends KubeObject>(
    resource: Resource<T>,
    namespace: string,
    name: string,
  ): Promise<Existing<T> | null>;

  /** All of them as of one moment, page by page inside. An object that cannot be parsed is left out and logged. */
  list<T extends KubeObject>(
    resource: Resource<T>,
    namespace: string,
    options?: SelectOptions,
  ): Promise<Existing<T>[]>;

  /** `already-exists` when the name is taken. The namespace is the object's own (`metadata.namespace`). */
  create<T extends KubeObject>(resource: Resource<T>, object: T): Promise<Existing<T>>;

  /**
   * Server-side apply: `manager` owns the fields of `object` and no others; fields it owned before and leaves out now
   * go. Creates what is not there. `conflict` names the other owners of a field with another value, unless `force`.
   * With `metadata.uid` it never creates; with `metadata.resourceVersion` it needs that very version.
   */
  apply<T extends KubeObject>(
    resource: Resource<T>,
    object: T,
    options: { readonly manager: string; readonly force?: boolean },
  ): Promise<Existing<T>>;

  /** The same for the status alone, which `apply` never touches; always forced, since the status is ours. Creates nothing: `not-found`. */
  applyStatus<T extends KubeObject>(
    resource: Resource<T>,
    object: StatusPart<T>,
    options: { readonly manager: string },
  ): Promise<Existing<T>>;

  /**
   * JSON merge patch (RFC 7386: null removes a field, an array is replaced whole), for labels, annotations and
   * finalizers. With `metadata.resourceVersion` in it, `conflict` unless the object is still of that version.
   */
  mergePatch<T extends KubeObject>(
    resource: Resource<T>,
    namespace: string,
    name: string,
    patch: MergePatch,
  ): Promise<Existing<T>>;

  /**
   * Asks for deletion; finalizers and grace may keep the object for a while. Fine when there is none.
   * `conflict` when `uid` or `resourceVersion` is given and is no longer that of the object.
   */
  remove<T extends KubeObject>(
    resource: Resource<T>,
    namespace: string,
    name: string,
    options?: RemoveOptions,
  ): Promise<void>;

  /** Follows all objects of a kind, through lost connections and forgotten versions, until closed. */
  watch<T extends KubeObject>(
    resource: Resource<T>,
    namespace: string,
    listener: WatchListener<T>,
    options?: SelectOptions,
  ): Watch;
}

/** What `applyStatus` reads of an object: who it is, and its status. */
export type StatusPart<T extends KubeObject> = Pick<T, 'metadata' | Extract<keyof T, 'status'>>;

export interface SelectOptions {
  /** Only objects that have all these labels. */
  readonly labels?: Readonly<Record<string, string>>;
}

export interface RemoveOptions {
  readonly uid?: string;
  readonly resourceVersion?: string;
  /** Seconds a pod has to end; its own setting when absent. */
  readonly gracePeriodSeconds?: number;
}

export interface MergePatch {
  readonly metadata?: {
    readonly resourceVersion?: string;
    readonly uid?: string;
    readonly labels?: Readonly<Record<string, string | null>>;
    readonly annotations?: Readonly<Record<string, string | null>>;
    readonly finalizers?: readonly string[] | null;
    readonly ownerReferences?: readonly unknown[] | null;
  };
  readonly [field: string]: unknown;
}

/**
 * What a watch tells, one change at a time. A change is told once: after a cut only what differs is told. An object
 * deleted and made again under its name is told as `removed` and `added`.
 */
export interface WatchListener<T extends KubeObject> {
  added(object: Existing<T>): void;
  updated(object: Existing<T>, before: Existing<T>): void;
  /** The object as last known. */
  removed(object: Existing<T>): void;
  /** After the first whole list was told. */
  synced(): void;
}

export interface Watch {
  /** No listener is called after this. */
  close(): void;
}
