/**
 * What the gateway's process does instead of serving: one word after `main.ts`. A command needs the database alone, does
 * its work and ends; its answer is one line for a person.
 */
import type { Logger } from '@spectral/common';
import { mintOwnerLink } from './bootstrap/bootstrap.ts';
import type { GatewayConfig } from './config.ts';
import { migrate, readOwnMigrations, type Database } from './database/index.ts';
import { openDatabase } from './parts.ts';

type Command = (db: Database, config: GatewayConfig, now: Date) => Promise<string>;

const COMMANDS: Readonly<Record<string, Command>> = {
  /** Brings the schema up to date. Of several that run together one does the work; all end well. */
  migrate: async (db, _config, now) => {
    const ran = await migrate(db, await readOwnMigrations(), now);
    return ran.length > 0 ? `ran ${ran.join(', ')}` : 'the schema is up to date';
  },
  /** A fresh one-time link that signs the first owner in, for whoever may run processes beside the gateway. */
  'login-link': (db, { publicUrl }, now) => mintOwnerLink(db, { publicUrl, now }),
};

/** A word that is no command. */
export class UnknownCommand extends Error {
  readonly code = 'unknown-command';
  constructor(word: string) {
    super(
      `"${word}" is no command of the gateway; give one of ${Object.keys(COMMANDS).join(', ')}, or nothing to serve`,
    );
    this.name = 'UnknownCommand';
  }
}

/** Runs the command of that name and resolves with its line. Throws UnknownCommand before anything is opened. */
export async function runCommand(
  word: string,
  config: GatewayConfig,
  log: Logger,
  now: Date,
): Promise<string> {
  const command = Object.hasOwn(COMMANDS, word) ? COMMANDS[word] : undefined;
  if (!command) throw new UnknownCommand(word);
  const database = await openDatabase(config.database, log);
  try {
    return await command(database.db, config, now);
  } finally {
    await database.close();
  }
}
