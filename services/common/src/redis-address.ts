/**
 * Where Redis is, as one line of text (REDIS_URL), read by a pure function:
 *
 *   redis://user:password@host:6379/0             one server
 *   redis+sentinel://h1:26379,h2:26379/mymaster   a master that Sentinels name; `/mymaster/0` with a database
 *   redis+cluster://h1:6379,h2:6379               a cluster; some of its nodes, the others are found
 *
 * With `rediss` in place of `redis` all connections are TLS. User and password (percent-encoded) may stand before the
 * hosts of each form. Parameters: `ca=<file>` for a certificate authority of one's own; `sentinel-user` and
 * `sentinel-password` when the Sentinels ask for their own.
 */
import type { EnvReader } from './env.ts';

/** How to reach Redis. */
export interface RedisAddress {
  readonly url: string;
}

export interface RedisNode {
  readonly host: string;
  readonly port: number;
}

/** What a URL says, field by field. */
export interface RedisPlan {
  readonly kind: 'standalone' | 'sentinel' | 'cluster';
  /** The server, the Sentinels, or nodes of the cluster; at least one. */
  readonly nodes: readonly RedisNode[];
  /** The name under which Sentinels know the master; empty for other kinds. */
  readonly master: string;
  readonly database: number;
  readonly credentials: Credentials;
  readonly sentinelCredentials: Credentials;
  /** Null: no TLS. `caFile`: PEM, null for the authorities Node knows. */
  readonly tls: { readonly caFile: string | null } | null;
}

/** Empty texts where none are given. A password without a user is the default user's. */
export interface Credentials {
  readonly username: string;
  readonly password: string;
}

/** A URL that cannot be used. `faults` never hold its password. */
export class BadRedisUrl extends Error {
  readonly code = 'bad-redis-url';
  readonly faults: readonly string[];
  constructor(faults: readonly string[]) {
    super(`the address of Redis is wrong: ${faults.join('; ')}`);
    this.name = 'BadRedisUrl';
    this.faults = faults;
  }
}

const FORMS =
  'give redis://host:6379, redis+sentinel://host:26379,host:26379/master-name or redis+cluster://host:6379,host:6379, with rediss for TLS';
const PARAMETERS = ['ca', 'sentinel-user', 'sentinel-password'];
const DEFAULT_PORT = { standalone: 6379, sentinel: 26379, cluster: 6379 } as const;

/** Throws BadRedisUrl with every fault. */
export function parseRedisUrl(url: string): RedisPlan {
  const parts = /^(rediss?)(?:\+(sentinel|cluster))?:\/\/([^/?#]*)([^?#]*)(?:\?(.*))?$/.exec(url.trim());
  if (!parts) throw new BadRedisUrl([FORMS]);
  const [, scheme, form, authority = '', path = '', query = ''] = parts;
  const kind = form === 'sentinel' || form === 'cluster' ? form : 'standalone';
  const faults: string[] = [];
  const at = authority.lastIndexOf('@');
  const parameters = new URLSearchParams(query);
  const plan: RedisPlan = {
    kind,
    nodes: nodesOf(authority.slice(at + 1), kind, faults),
    ...placeOf(path, kind, faults),
    credentials: credentialsOf(at < 0 ? '' : authority.slice(0, at), faults),
    sentinelCredentials: {
      username: parameters.get('sentinel-user') ?? '',
      password: parameters.get('sentinel-password') ?? '',
    },
    tls: scheme === 'rediss' ? { caFile: parameters.get('ca') } : null,
  };
  faults.push(...parameterFaults(parameters, plan));
  if (faults.length > 0) throw new BadRedisUrl(faults);
  return plan;
}

/** The variable's URL when it is set and can be used; faults go to the reader. */
export function readRedisUrl(reader: EnvReader, name: string): string | null {
  const url = reader.optional(name);
  if (url === null) return null;
  try {
    parseRedisUrl(url);
  } catch (error) {
    if (!(error instanceof BadRedisUrl)) throw error;
    for (const fault of error.faults) reader.fault(`${name}: ${fault}`);
  }
  return url;
}

function nodesOf(hosts: string, kind: RedisPlan['kind'], faults: string[]): RedisNode[] {
  const texts = hosts.split(',');
  if (kind === 'standalone' && texts.length > 1) {
    faults.push(
      'several hosts are given for one server; say redis+sentinel:// or redis+cluster:// if that is what they are',
    );
  }
  return texts.flatMap((text) => {
    const [, host = '', port] = /^(\[[^\]]+\]|[^:[\]]*)(?::(\d{1,5}))?$/.exec(text.trim()) ?? [];
    const number = port === undefined ? DEFAULT_PORT[kind] : Number(port);
    if (host !== '' && number >= 1 && number <= 65_535) {
      return [{ host: host.replaceAll(/^\[|\]$/g, ''), port: number }];
    }
    faults.push(
      `${JSON.stringify(text)} is no host with a port; give such as redis.internal:${DEFAULT_PORT[kind]}`,
    );
    return [];
  });
}

/** What follows the hosts: `/database`, or `/master/database` for Sentinels. */
function placeOf(
  path: string,
  kind: RedisPlan['kind'],
  faults: string[],
): Pick<RedisPlan, 'master' | 'database'> {
  const steps = path.split('/').filter((step) => step !== '');
  const master = kind === 'sentinel' ? decoded(steps.shift() ?? '', 'the name of the master', faults) : '';
  const [database = '0', ...more] = steps;
  if (kind === 'sentinel' && master === '') {
    faults.push('the name of the master is missing; give it after the hosts, such as /mymaster');
  }
  if (!/^\d{1,4}$/.test(database) || more.length > 0) {
    faults.push(`${JSON.stringify(steps.join('/'))} is no database; give its number, such as /0`);
  } else if (kind === 'cluster' && Number(database) !== 0) {
    faults.push(`a cluster has database 0 alone; leave /${database} out`);
  }
  return { master, database: Number(database) || 0 };
}

function credentialsOf(text: string, faults: string[]): Credentials {
  const colon = text.indexOf(':');
  if (text !== '' && colon < 0) {
    faults.push(
      'a user without a password is given; write user:password@ (or :password@ for the default user)',
    );
  }
  return {
    username: decoded(colon < 0 ? '' : text.slice(0, colon), 'the user', faults),
    password: decoded(text.slice(colon + 1), 'the password', faults),
  };
}

function decoded(text: string, what: string, faults: string[]): string {
  try {
    return decodeURIComponent(text);
  } catch {
    faults.push(`${what} holds a % that begins no code; write it as %25`);
    return '';
  }
}

function parameterFaults(parameters: URLSearchParams, { kind, tls }: RedisPlan): string[] {
  const faults = [...parameters.keys()]
    .filter((name) => !PARAMETERS.includes(name))
    .map((name) => `the parameter ${JSON.stringify(name)} is not known; known are ${PARAMETERS.join(', ')}`);
  if (parameters.has('ca') && tls === null) {
    faults.push('the parameter "ca" needs TLS; begin the address with rediss');
  }
  if (kind !== 'sentinel' && (parameters.has('sentinel-user') || parameters.has('sentinel-password'))) {
    faults.push('parameters of Sentinels are given without Sentinels; begin the address with redis+sentinel');
  }
  return faults;
}
