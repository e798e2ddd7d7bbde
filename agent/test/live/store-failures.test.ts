import { strict as assert } from 'node:assert';
import { join } from 'node:path';
import type { SessionEvent } from '@spectral/proto/wire';
import { loadSqlite } from '../../src/store/open-database.ts';
import type { Sqlite } from '../../src/store/sqlite.ts';
import { useCleanUp } from '../support/clean-up.ts';
import { serveDaemon, type ServingDaemon } from '../support/serving-daemon.ts';
import { seenBy } from '../support/session-reader.ts';
import { waitUntil } from '../support/wait-until.ts';

describe('a machine whose store cannot be written', function () {
  this.timeout(20_000);
  const defer = useCleanUp();

  it('ends the turn with a clear error when the disk is full, stays up, and works again when there is space', async () => {
    const { serving, session, database } = await serveOnSmallDisk();
    serving.machine.open(7, session.id);
    const freeDisk = fillDisk(database);
    const events = () => seenBy(serving.machine, 7, session.id).events;

    const refused = await serving.prompt(session.id, 'into the void '.repeat(10_000));
    freeDisk();
    const taken = await serving.prompt(session.id, 'there is space again');
    await waitUntil('the end of the turn', () => events().some((event) => event.type === 'agent_end'));

    assert.deepEqual([refused.status, errorOf(refused)], [500, 'disk-full']);
    assert.equal(taken.status, 202);
  });

  it('tells the running turn of the full disk as soon as the log takes events again', async () => {
    const { serving, session, database } = await serveOnSmallDisk();
    serving.machine.open(7, session.id);
    const events = () => seenBy(serving.machine, 7, session.id).events;
    await serving.prompt(session.id, [{ text: 'word '.repeat(20_000), chunk: 50, everyMs: 2 }]);
    await waitUntil('some text', () => find(events(), 'text_delta'));

    const freeDisk = fillDisk(database);
    await waitUntil(
      'the failure',
      () => serving.logged.some((line) => line.startsWith('store.write-failed')),
      10_000,
    );
    const health = await serving.machine.request('GET', '/api/health');
    freeDisk();
    await waitUntil('the end of the turn', () => find(events(), 'agent_end'));

    assert.equal(health.status, 200);
    assert.equal(find(events(), 'error')?.code, 'disk-full');
    assert.equal(find(events(), 'agent_end')?.reason, 'error');
  });

  it('answers clearly while another program holds the database locked, and goes on when it lets go', async () => {
    const serving = await serveDaemon(defer);
    const { session } = await serving.newSession();
    serving.machine.open(7, session.id);
    const other = await openBeside(serving);
    const events = () => seenBy(serving.machine, 7, session.id).events;
    await serving.prompt(session.id, [{ text: 'a b c d e f g', chunk: 1, everyMs: 30 }]);
    other.exec('BEGIN IMMEDIATE');

    const refused = await serving.prompt(session.id, 'locked out');
    const health = await serving.machine.request('GET', '/api/health');
    other.exec('ROLLBACK');
    await waitUntil('the end of the turn', () => find(events(), 'agent_end'));

    assert.deepEqual([refused.status, errorOf(refused)], [500, 'store-locked']);
    assert.equal(health.status, 200);
    assert.equal(find(events(), 'agent_end')?.reason, 'done');
  });

  /** The page limit of a connection is its own, so the daemon's own one is limited: through a wrapped constructor. */
  async function serveOnSmallDisk() {
    const Sqlite3 = await loadSqlite();
    const opened: Sqlite[] = [];
    const Limited = new Proxy(Sqlite3, {
      construct(target, args: [string]) {
        const database = new target(...args);
        opened.push(database);
        return database;
      },
    });
    const serving = await serveDaemon(defer, { Sqlite3: Limited });
    const { session } = await serving.newSession();
    const [database] = opened;
    if (!database) throw new Error('the daemon opened no database');
    return { serving, session, database };
  }

  async function openBeside({ directory }: ServingDaemon): Promise<Sqlite> {
    const Sqlite3 = await loadSqlite();
    const database = new Sqlite3(join(directory, 'sessions.db'));
    defer(() => database.close());
    return database;
  }
});

/** Lets the database grow no more, and uses up what it has; returns how to give it space again. */
function fillDisk(database: Sqlite): () => void {
  database.exec('CREATE TABLE IF NOT EXISTS filler (bytes BLOB)');
  const pages = Number(database.pragma('page_count', { simple: true }));
  database.pragma(`max_page_count = ${pages}`);
  for (let size = 2048; size > 1; size = Math.floor(size / 2)) {
    try {
      for (;;) database.prepare('INSERT INTO filler VALUES (zeroblob(?))').run(size);
    } catch {
      // Full for blobs of this size.
    }
  }
  return () => database.pragma('max_page_count = 1073741823');
}

function errorOf(answer: { body?: unknown }): string {
  return (answer.body as { error: { code: string } }).error.code;
}

function find<T extends SessionEvent['type']>(
  events: readonly SessionEvent[],
  type: T,
): Extract<SessionEvent, { type: T }> | undefined {
  return events.find((event): event is Extract<SessionEvent, { type: T }> => event.type === type);
}
