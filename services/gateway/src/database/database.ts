/**
 * The gateway's database: one Postgres dialect of SQL, spoken to a server or to an embedded Postgres in this process.
 *
 * No statement relies on session state (SET, LISTEN, temporary tables, named statements), so any pool in between works.
 * Inside `db.transaction()` only the transaction is used: the embedded one has a single connection, and asking for a
 * second would wait for itself.
 */
import type { Kysely } from 'kysely';
import type { IdentityTables } from './schema.ts';

/** Rooms with further tables see them through `db.withTables<TheirTables>()`. */
export type Database = Kysely<IdentityTables>;

/** An opened database. `close` waits for running queries. */
export interface OpenDatabase {
  readonly db: Database;
  /** For logs and the `/ready` page: `pg` or `pglite`. */
  readonly medium: string;
  close(): Promise<void>;
}
