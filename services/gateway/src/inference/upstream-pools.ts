/**
 * Connections to upstreams: one pool per origin, kept warm. HTTP/1.1 alone, since requests queued behind an open event
 * stream on one HTTP/2 connection. Pools of origins that teams entered check every address they connect to.
 */
import { Pool } from 'undici';
import { checkBaseUrl, guardedLookup, type AddressRules } from '../models/address-guard.ts';
import type { Upstream } from '../models/upstream.ts';

export interface UpstreamTimeouts {
  readonly connectMs: number;
  /** Until the response head. Models may think for minutes before the first byte. */
  readonly firstByteMs: number;
  /** Silence within a response. */
  readonly idleMs: number;
}

export const UPSTREAM_TIMEOUTS: UpstreamTimeouts = {
  connectMs: 5_000,
  firstByteMs: 620_000,
  idleMs: 300_000,
};

export interface UpstreamPools {
  /** Throws AddressRefused for a team's endpoint that names an address which is not allowed. */
  poolFor(upstream: Upstream): Pool;
  /** Cuts what still runs. */
  close(): Promise<void>;
}

const MAX_CONNECTIONS = 512;
/** Pools unused beyond this number are closed, oldest first: team endpoints come and go. */
const MAX_POOLS = 200;
const KEEP_ALIVE_MS = 55_000;
/** Connections are renewed after this long, so that changes of DNS are seen. */
const CONNECTION_LIFE_MS = 600_000;

/** Makes pools on demand. Origins that teams entered must keep the rules, by form and by what their names resolve to. */
export function createUpstreamPools(options: {
  timeouts: UpstreamTimeouts;
  addressRules: AddressRules;
}): UpstreamPools {
  const pools = new Map<string, Pool>();
  const lookup = guardedLookup(options.addressRules);

  const open = ({ origin, trust }: Upstream): Pool =>
    new Pool(origin, {
      connections: MAX_CONNECTIONS,
      pipelining: 1,
      allowH2: false,
      headersTimeout: options.timeouts.firstByteMs,
      bodyTimeout: options.timeouts.idleMs,
      keepAliveTimeout: KEEP_ALIVE_MS,
      clientTtl: CONNECTION_LIFE_MS,
      connect: {
        timeout: options.timeouts.connectMs,
        keepAlive: true,
        ...(trust === 'team' ? { lookup } : {}),
      },
    });

  return {
    poolFor(upstream) {
      // No name is looked up for an address, so the form is checked as well.
      if (upstream.trust === 'team') checkBaseUrl(upstream.origin, options.addressRules);
      const key = `${upstream.trust} ${upstream.origin}`;
      const pool = pools.get(key) ?? open(upstream);
      // Set again at the end: a Map keeps insertion order, so the first one is the longest unused.
      pools.delete(key);
      pools.set(key, pool);
      const [oldest] = pools.keys();
      if (pools.size > MAX_POOLS && oldest !== undefined) {
        void pools.get(oldest)?.close();
        pools.delete(oldest);
      }
      return pool;
    },
    async close() {
      await Promise.all([...pools.values()].map((pool) => pool.destroy()));
    },
  };
}
