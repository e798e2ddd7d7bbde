import { strict as assert } from 'node:assert';
import { randomUUID } from 'node:crypto';
import { existsSync, readFileSync, readdirSync, readlinkSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { CLOSE, type SessionEvent } from '@spectral/proto/wire';
import { useCleanUp } from '../support/clean-up.ts';
import { scriptText } from '../support/serving-daemon.ts';
import { serveCommand, sessionOn } from '../support/serving-command.ts';
import { seenBy, typesOf } from '../support/session-reader.ts';
import { runSpectral } from '../support/spectral-command.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';
import { waitUntil } from '../support/wait-until.ts';

describe('spectral serve', function () {
  this.timeout(20_000);
  const defer = useCleanUp();

  it('refuses with one line when nobody has logged in', async () => {
    const { ended, output } = runSpectral(defer, ['serve'], { configDir: temporaryDirectory(defer) });

    assert.equal(await ended, 1);
    assert.match(output.stderr, /not logged in.*Run spectral login first\.\n$/);
    assert.doesNotMatch(output.stderr, /\n\s+at /);
  });

  it('keeps its files in the config directory, readable by the owner alone, and opens no port', async () => {
    const { configDir, child } = await serveCommand(defer);

    for (const file of ['machine.json', 'config.json', 'sessions.db', 'daemon.sock']) {
      assert.equal(statSync(join(configDir, file)).mode & 0o777, 0o600, file);
    }
    assert.equal(statSync(configDir).mode & 0o777, 0o700);
    assert.deepEqual(listeningPorts(child.pid ?? 0), []);
  });

  it('refuses a second daemon on the same directory, naming the first', async () => {
    const first = await serveCommand(defer);

    const second = runSpectral(defer, ['serve'], { configDir: first.configDir });

    assert.equal(await second.ended, 1);
    assert.match(second.output.stderr, new RegExp(`process ${first.child.pid}\\b`));
  });

  it('takes over the lock that a killed daemon left', async () => {
    const first = await serveCommand(defer);
    first.child.kill('SIGKILL');
    await first.ended;

    const second = await serveCommand(defer, first);

    assert.ok(existsSync(join(second.configDir, 'daemon.lock')));
    assert.equal((await second.machine.request('GET', '/api/health')).status, 200);
  });

  it('closes with 1000 shutdown on SIGTERM and exits with 0', async () => {
    const { child, ended, machine } = await serveCommand(defer);

    child.kill('SIGTERM');

    assert.equal(await ended, 0);
    assert.deepEqual(await waitUntil('the close', () => machine.closed), { code: 1000, reason: 'shutdown' });
  });

  it('gives a hanging turn 5 s on SIGTERM, refuses prompts meanwhile with an error event, and marks the turn interrupted', async () => {
    const serving = await serveCommand(defer);
    const { machine, child, ended } = serving;
    const session = await sessionOn(serving);
    machine.open(7, session.id);
    await machine.request('POST', `/api/sessions/${session.id}/prompts`, {
      content: scriptText([{ hang: true, deaf: true }]),
    });
    const startedAt = Date.now();

    child.kill('SIGTERM');
    await waitUntil('the stop', () => serving.output.stderr.includes('stopping'));
    const refused = await machine.request('POST', `/api/sessions/${session.id}/prompts`, { content: 'more' });

    assert.equal(refused.status, 409);
    assert.equal(await ended, 0);
    assert.ok(Date.now() - startedAt < 7_000);
    const events = seenBy(machine, 7, session.id).events;
    assert.equal(find(events, 'error')?.code, 'shutting-down');
    assert.equal(find(events, 'agent_end')?.reason, 'interrupted');
  });

  it('exits at once on a second signal', async () => {
    const serving = await serveCommand(defer);
    const session = await sessionOn(serving);
    const content = scriptText([{ hang: true, deaf: true }]);
    await serving.machine.request('POST', `/api/sessions/${session.id}/prompts`, { content });
    serving.child.kill('SIGTERM');
    await waitUntil('the stop', () => serving.output.stderr.includes('stopping'));
    const secondAt = Date.now();

    serving.child.kill('SIGTERM');

    assert.equal(await serving.ended, 130);
    assert.ok(Date.now() - secondAt < 1_500);
  });

  it('exits when its machine is revoked and never comes back', async () => {
    const { machine, ended, output, relay } = await serveCommand(defer);

    machine.socket.close(CLOSE.machineRevoked.code, CLOSE.machineRevoked.reason);

    assert.equal(await ended, 1);
    assert.match(output.stderr, /this machine was revoked/);
    assert.equal(relay.upgrades.length, 1);
  });

  it('exits when a newer machine took its name, naming the host', async () => {
    const { machine, ended, output } = await serveCommand(defer);

    machine.say({ kind: 'replaced', host: 'new-laptop' });
    machine.socket.close(CLOSE.replaced.code, CLOSE.replaced.reason);

    assert.equal(await ended, 1);
    assert.match(output.stderr, /new-laptop/);
  });

  it('names the remedy when the backend refuses the machine name', async () => {
    const first = await serveCommand(defer);
    first.child.kill('SIGTERM');
    await first.ended;
    first.gateway.refusal = {
      status: 409,
      code: 'machine-name-taken',
      message: 'the name belongs to another member',
    };

    const second = runSpectral(defer, ['serve'], { configDir: first.configDir });

    assert.equal(await second.ended, 1);
    assert.match(second.output.stderr, /another member.*--machine-name/);
  });

  for (const count of [1, 9, 10, 11, 55]) {
    it(`loses nothing a reader saw when it is killed after ${count} events of a turn`, async () => {
      const first = await serveCommand(defer);
      const session = await sessionOn(first);
      first.machine.open(7, session.id);
      const content = scriptText([{ text: 'x'.repeat(400), chunk: 1, everyMs: 20 }]);
      await first.machine.request('POST', `/api/sessions/${session.id}/prompts`, { content }, randomUUID());
      await waitUntil(
        `${count} events`,
        () => seenBy(first.machine, 7, session.id).events.length >= count,
        8_000,
      );

      first.child.kill('SIGKILL');
      await first.ended;
      const seen = seenBy(first.machine, 7, session.id);
      const second = await serveCommand(defer, first);
      second.machine.open(7, session.id, { epoch: seen.ready?.epoch ?? 0, seq: seen.cursor });
      const rest = await waitUntil('the rest', () => {
        const now = seenBy(second.machine, 7, session.id);
        return now.whole && now;
      });

      assert.equal(rest.ready?.from, seen.cursor);
      assert.ok((rest.ready?.head ?? 0) > seen.cursor);
      assert.equal(rest.ready?.session.status, 'interrupted');
      assert.equal(typesOf(rest.events).at(-1), 'agent_end');
      assert.equal(find(rest.events, 'agent_end')?.reason, 'interrupted');
    });
  }

  it('says what is wrong with a broken config file', async () => {
    const configDir = temporaryDirectory(defer);
    writeFileSync(join(configDir, 'config.json'), '{"mcpUrl": 7}');

    const { ended, output } = runSpectral(defer, ['serve'], { configDir });

    assert.equal(await ended, 1);
    assert.match(output.stderr, /config\.json/);
  });
});

function find<T extends SessionEvent['type']>(
  events: readonly SessionEvent[],
  type: T,
): Extract<SessionEvent, { type: T }> | undefined {
  return events.find((event): event is Extract<SessionEvent, { type: T }> => event.type === type);
}

/** Inodes of TCP sockets the process listens with. */
function listeningPorts(pid: number): string[] {
  const tables = ['tcp', 'tcp6'].map((name) => readFileSync(`/proc/${pid}/net/${name}`, 'utf8'));
  const listening = new Set(
    tables
      .flatMap((table) => table.split('\n').slice(1))
      .map((line) => line.trim().split(/\s+/))
      .filter((cells) => cells[3] === '0A')
      .map((cells) => cells[9]),
  );
  return socketsOf(pid).filter((inode) => listening.has(inode));
}

function socketsOf(pid: number): string[] {
  return readdirSync(`/proc/${pid}/fd`).flatMap((fd) => {
    try {
      return /^socket:\[(\d+)\]$/.exec(readlinkSync(`/proc/${pid}/fd/${fd}`))?.[1] ?? [];
    } catch {
      return []; // Closed since it was listed.
    }
  });
}
