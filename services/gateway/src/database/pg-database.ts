/** The database on a Postgres server, through a pool of connections. */
import { Kysely, PostgresDialect } from 'kysely';
import pg from 'pg';
import type { Logger } from '@spectral/common';
import type { OpenDatabase } from './database.ts';
import type { IdentityTables } from './schema.ts';

/** A query that cannot get a connection for this long fails, so that an outage shows as errors, not as a standstill. */
const CONNECT_TIMEOUT_MS = 5_000;
/** No statement of the gateway should run this long; the server ends one that does. */
const STATEMENT_TIMEOUT_MS = 15_000;

/** Opens a pool of at most `connections`; connects when first used. `url` as in `postgres://user:password@host/name`. */
export function openPgDatabase(options: { url: string; connections: number; log: Logger }): OpenDatabase {
  const pool = new pg.Pool({
    connectionString: options.url,
    max: options.connections,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    statement_timeout: STATEMENT_TIMEOUT_MS,
  });
  // Idle connections end when the server restarts. The pool replaces them; without a listener the process would end.
  pool.on('error', (err) => options.log.warn({ err }, 'an idle database connection ended'));
  // One in use that ends between two queries fails the next; the pool does not listen to it meanwhile.
  pool.on('connect', (client) => client.on('error', () => {}));
  const db = new Kysely<IdentityTables>({ dialect: new PostgresDialect({ pool }) });
  return { db, medium: 'pg', close: () => db.destroy() };
}
