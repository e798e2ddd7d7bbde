/** The open database, as every part of the store is given it. */
import type Database from 'better-sqlite3';

export type Sqlite = Database.Database;
