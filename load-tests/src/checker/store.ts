/** Redis as a site has it: one server, one with a replica behind a Sentinel, or a cluster. */

/** The forms, by the name under which a run asks for them. */
export const STORE_KINDS = ['single', 'sentinel', 'cluster'] as const;
export type StoreKind = (typeof STORE_KINDS)[number];

export interface Store {
  readonly kind: StoreKind;
  /** Ports of the servers that hold data. */
  readonly servers: readonly number[];
  /** Ports of those that only tell where the data is. */
  readonly guides: readonly number[];
  /** One server that holds data for others dies, with everything in it. */
  killOne(): Promise<void>;
  /** All die. */
  killAll(): Promise<void>;
  /** Whatever died is back; behind whoever took over meanwhile. */
  startDead(): Promise<void>;
  /** One server that holds data for others lives on and says nothing. */
  pauseOne(): Promise<void>;
  resume(): void;
  stop(): Promise<void>;
}

/** The URL for Redis in this form, by the ports under which servers and guides are reached. */
export function storeUrl(
  kind: StoreKind,
  { servers, guides }: { readonly servers: readonly number[]; readonly guides: readonly number[] },
): string {
  const hosts = (ports: readonly number[]) => ports.map((port) => `127.0.0.1:${port}`).join();
  if (kind === 'sentinel') return `redis+sentinel://${hosts(guides)}/${MASTER_NAME}`;
  return kind === 'cluster' ? `redis+cluster://${hosts(servers)}` : `redis://${hosts(servers)}`;
}

/** The name under which a Sentinel knows its servers. */
export const MASTER_NAME = 'mymaster';
