/**
 * Brings the schema up to date from the plain SQL files beside it: `NNNN-subject.sql`, in the order of their numbers,
 * each once. All run in one transaction under a lock, so of several processes that start together one does the work
 * and the others find it done; a file that fails leaves nothing behind.
 *
 * A file holds whole statements, each ending with a semicolon at the end of a line, and none with bodies of their own.
 */
import { readFile, readdir } from 'node:fs/promises';
import { sql, type Transaction } from 'kysely';
import type { Database } from './database.ts';
import type { IdentityTables } from './schema.ts';

export interface Migration {
  /** The file's name without its ending, such as `0001-identity`. */
  readonly name: string;
  readonly sql: string;
}

/** Any number that no other program locks in the same database. */
const MIGRATION_LOCK = 0x5bec7a1;

/** Runs what is missing and resolves with the names run. Throws MigrationFailed, naming the file. */
export async function migrate(db: Database, migrations: readonly Migration[], now: Date): Promise<string[]> {
  return db.transaction().execute(async (transaction) => {
    await sql`select pg_advisory_xact_lock(${sql.lit(MIGRATION_LOCK)})`.execute(transaction);
    const done = await appliedNames(transaction);
    const missing = migrations.filter(({ name }) => !done.has(name));
    for (const migration of missing) await apply(transaction, migration, now);
    return missing.map(({ name }) => name);
  });
}

/** The migrations in a directory (its URL ends with a slash), ordered. Throws when two have the same number. */
export async function readMigrations(directory: URL): Promise<Migration[]> {
  const files = (await readdir(directory)).filter((file) => file.endsWith('.sql')).toSorted();
  const numbers = files.map((file) => file.slice(0, 4));
  const twice = numbers.find((number, index) => numbers.indexOf(number) !== index);
  if (twice) throw new Error(`two migrations have the number ${twice}: ${files.join(', ')}`);
  return Promise.all(
    files.map(async (file) => ({
      name: file.slice(0, -'.sql'.length),
      sql: await readFile(new URL(file, directory), 'utf8'),
    })),
  );
}

/** The gateway's own, in `migrations/`. */
export function readOwnMigrations(): Promise<Migration[]> {
  return readMigrations(new URL('./migrations/', import.meta.url));
}

/** Names of the migrations this database lacks; empty when it is up to date. */
export async function missingMigrations(db: Database, migrations: readonly Migration[]): Promise<string[]> {
  const { rows } = await sql<{ name: string }>`select name from schema_migrations`.execute(db);
  const done = new Set(rows.map(({ name }) => name));
  return migrations.map(({ name }) => name).filter((name) => !done.has(name));
}

/** A migration could not be run. `cause` has the database's answer. */
export class MigrationFailed extends Error {
  readonly code = 'migration-failed';
  constructor(name: string, statement: string, cause: unknown) {
    const why = cause instanceof Error ? cause.message : String(cause);
    super(`migration ${name} failed at "${statement.slice(0, 80).replaceAll(/\s+/g, ' ')}": ${why}`, {
      cause,
    });
    this.name = 'MigrationFailed';
  }
}

async function appliedNames(transaction: Transaction<IdentityTables>): Promise<Set<string>> {
  await sql`create table if not exists schema_migrations (name text primary key, applied_at timestamptz not null)`.execute(
    transaction,
  );
  const { rows } = await sql<{ name: string }>`select name from schema_migrations`.execute(transaction);
  return new Set(rows.map(({ name }) => name));
}

async function apply(
  transaction: Transaction<IdentityTables>,
  migration: Migration,
  now: Date,
): Promise<void> {
  for (const statement of statementsOf(migration.sql)) {
    try {
      await sql.raw(statement).execute(transaction);
    } catch (cause) {
      throw new MigrationFailed(migration.name, statement, cause);
    }
  }
  await sql`insert into schema_migrations (name, applied_at) values (${migration.name}, ${now})`.execute(
    transaction,
  );
}

function statementsOf(text: string): string[] {
  const code = text.replaceAll(/^\s*--.*$/gm, '');
  return code
    .split(/;[ \t]*$/m)
    .map((statement) => statement.trim())
    .filter(Boolean);
}
