/** The gateway's database: what it is and how it gets its schema. The media are chosen in ../parts.ts. */
export * from './database.ts';
export * from './migrate.ts';
export * from './outage.ts';
export * from './schema.ts';
