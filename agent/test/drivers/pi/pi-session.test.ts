import assert from 'node:assert/strict';
import { useCleanUp } from '../../support/clean-up.ts';
import { startPiDriver, startTestSession } from '../../support/pi-driver.ts';
import { scripted } from '../../support/upstream-script.ts';
import { startUpstream } from '../../support/upstream.ts';
import { waitUntil } from '../../support/wait-until.ts';

describe("the memory of the pi driver's sessions", function () {
  this.timeout(15_000);
  const defer = useCleanUp();

  it('keeps an entry before it tells the end of its message, and resumes from the entries', async () => {
    const upstream = await startUpstream(defer);
    const driver = startPiDriver(defer, upstream);
    const first = await startTestSession(defer, driver);
    await first.ask(
      scripted(
        { text: 'remember', tools: [{ name: 'bash', args: { command: 'echo kept' } }] },
        { text: 'yes' },
      ),
    );
    await first.session.stop();

    const second = await startTestSession(defer, driver, { entries: first.entries });
    await second.ask('what was it?');

    assert.ok(first.entries.some((entry) => entry.json.includes('remember')));
    const roles = upstream.requests.at(-1)?.body.messages.map((message) => message.role);
    assert.deepEqual(roles, ['user', 'assistant', 'user', 'assistant', 'user']);
    assert.match(upstream.requests.at(-1)?.text ?? '', /kept/);
  });

  it('goes on from a turn that was torn off between a tool and its result', async () => {
    const upstream = await startUpstream(defer);
    const driver = startPiDriver(defer, upstream);
    const first = await startTestSession(defer, driver);
    await first.ask(scripted({ tools: [{ name: 'bash', args: { command: 'echo kept' } }] }, { text: 'yes' }));
    const torn = first.entries.findIndex((entry) => entry.json.includes('"toolResult"'));
    assert.ok(torn > 0);

    const second = await startTestSession(defer, driver, { entries: first.entries.slice(0, torn) });
    const outcome = await second.ask('go on');

    assert.equal(outcome.reason, 'done');
    assert.match(upstream.requests.at(-1)?.text ?? '', /tool_result/);
  });

  it('compacts now, and tells what it cost', async () => {
    const upstream = await startUpstream(defer);
    const session = await startTestSession(defer, startPiDriver(defer, upstream));
    await session.ask('long history '.repeat(1000));
    await session.ask('and on '.repeat(1500));

    await session.session.compact({ reason: 'manual' });

    assert.deepEqual(
      session.of('compaction').map((event) => [event.phase, event.reason]),
      [
        ['start', 'manual'],
        ['end', 'manual'],
      ],
      session.of('compaction').at(-1)?.detail,
    );
    assert.equal(session.events.at(-1)?.type, 'token_usage');
    assert.ok(session.entries.at(-1)?.json.includes('"compaction"'));
  });

  it('compacts a fork at its first turn, not before, and goes on when there is nothing to compact', async () => {
    const upstream = await startUpstream(defer);
    const driver = startPiDriver(defer, upstream);
    const source = await startTestSession(defer, driver);
    await source.ask('long history '.repeat(1000));
    await source.ask('and on '.repeat(1500));
    const fork = await startTestSession(defer, driver, { entries: source.entries });
    const small = await startTestSession(defer, driver);
    const before = upstream.requests.length;

    await fork.session.compact({ lazily: true, reason: 'fork' });
    await small.session.compact({ lazily: true, reason: 'fork' });
    assert.equal(upstream.requests.length, before);

    assert.equal((await fork.ask('new start')).reason, 'done');
    assert.deepEqual(
      fork.of('compaction').map((event) => [event.phase, event.reason]),
      [
        ['start', 'fork'],
        ['end', 'fork'],
      ],
    );
    assert.equal((await small.ask('new start')).reason, 'done');
  });

  it('keeps the daemon free of pi that ignores its signal: the turn ends, the session goes on with its memory', async () => {
    const upstream = await startUpstream(defer);
    const deaf = {
      name: 'deaf',
      label: 'deaf',
      description: 'never ends',
      parameters: { type: 'object', properties: {} },
      execute: () => new Promise<never>(() => {}),
    };
    const driver = startPiDriver(defer, upstream, { tools: [(registry) => registry.registerTool(deaf)] });
    const session = await startTestSession(defer, driver);
    await session.ask('remember me');
    await session.begin(scripted({ tools: [{ name: 'deaf', args: {} }] }));
    await waitUntil('the tool runs', () => session.of('message_end').length === 2);
    const start = Date.now();

    await session.session.interrupt();

    assert.equal((await session.settled()).reason, 'cancelled');
    assert.ok(Date.now() - start < 1000, 'settled within a second');
    assert.equal((await session.ask(scripted({ text: 'still here' }))).text, 'still here');
    assert.match(upstream.requests.at(-1)?.text ?? '', /remember me/);
  });
});
