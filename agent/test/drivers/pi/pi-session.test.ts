import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import type { DriverEvent, PromptNotTaken } from '../../../src/drivers/driver.ts';
import { useCleanUp } from '../../support/clean-up.ts';
import { CLAUDE, startPiDriver, startTestSession } from '../../support/pi-driver.ts';
import { scripted } from '../../support/upstream-script.ts';
import { startUpstream } from '../../support/upstream.ts';
import { waitUntil } from '../../support/wait-until.ts';

describe("the memory of the pi driver's sessions", function () {
  this.timeout(15_000);
  const defer = useCleanUp();

  it('is kept before the end of a message is told', async () => {
    const upstream = await startUpstream(defer);
    const kept: string[] = [];
    const keptAtEnd: number[] = [];
    const settled = Promise.withResolvers<void>();
    const session = await startPiDriver(defer, upstream).start({
      sessionId: 's',
      cwd: '/tmp',
      modelId: CLAUDE,
      entries: [],
      saveEntry: (entry) => kept.push(entry.json),
      emit: (event) => {
        if (event.type === 'message_end')
          keptAtEnd.push(kept.filter((json) => json.includes('"assistant"')).length);
        if (event.type === 'settled') settled.resolve();
      },
    });
    defer(() => session.stop());
    const content = scripted({ tools: [{ name: 'bash', args: { command: 'true' } }] }, { text: 'done' });

    await session.deliver({ content, images: [], modelId: CLAUDE, mode: 'turn' });
    await settled.promise;

    assert.deepEqual(keptAtEnd, [1, 2]);
  });

  it('is resumed from its entries', async () => {
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

  it('compacts by itself when the window is nearly full, and says so', async () => {
    const upstream = await startUpstream(defer);
    const session = await startTestSession(defer, startPiDriver(defer, upstream));
    await session.ask('long history '.repeat(8000));

    const outcome = await session.ask(
      `${'more '.repeat(20_000)}${scripted({ text: 'full', usage: { input: 190_000, output: 10 } })}`,
    );

    assert.deepEqual(outcome, { reason: 'done', text: 'full' });
    assert.deepEqual(
      session.of('compaction').map((event) => [event.phase, event.reason]),
      [
        ['start', 'threshold'],
        ['end', 'threshold'],
      ],
    );
    assert.equal(session.events.at(-1)?.type, 'settled');
  });
});

describe('an end to a turn of the pi driver', function () {
  this.timeout(15_000);
  const defer = useCleanUp();

  it('comes at once while it waits to try again', async () => {
    const upstream = await startUpstream(defer);
    const driver = startPiDriver(defer, upstream, { retry: { attempts: 3, firstDelayMs: 60_000 } });
    const session = await startTestSession(defer, driver);
    await session.begin(scripted({ status: 500 }));
    await waitUntil('it waits to try again', () => session.of('retry').length === 1);

    await session.session.interrupt();

    assert.equal((await session.settled(1000)).reason, 'cancelled');
    assert.equal(upstream.requests.length, 1);
  });

  it('comes at once before the model has said a word', async () => {
    const upstream = await startUpstream(defer);
    const session = await startTestSession(defer, startPiDriver(defer, upstream));
    await session.begin(scripted({ text: 'late', headersDelayMs: 10_000 }));

    await session.session.interrupt();

    assert.deepEqual(await session.settled(1000), { reason: 'cancelled', text: '' });
    assert.deepEqual(session.of('message_start'), []);
  });

  it('is told when its session is stopped, within two seconds, and nothing can be delivered any more', async () => {
    const upstream = await startUpstream(defer);
    const session = await startTestSession(defer, startPiDriver(defer, upstream));
    await session.begin(scripted({ tools: [{ name: 'bash', args: { command: 'sleep 300' } }] }));
    await waitUntil('the command is called', () => session.of('tool_call').length === 1);
    const start = Date.now();

    await session.session.stop();

    assert.ok(Date.now() - start < 2000);
    assert.equal((await session.settled(100)).reason, 'cancelled');
    await assert.rejects(session.ask('more'), (error: PromptNotTaken) => error.code === 'stopped');
  });

  it('is an error when the stream holds what nobody can read', async () => {
    const upstream = await startUpstream(defer);
    const session = await startTestSession(defer, startPiDriver(defer, upstream));

    const outcome = await session.ask(scripted({ text: 'abcdef', chunk: 2, badJsonAfter: 1 }));

    assert.equal(outcome.reason, 'error');
    assert.equal(outcome.error?.code, 'provider-failed');
  });

  it('comes also when the project was deleted under the session, whose tools say so', async () => {
    const upstream = await startUpstream(defer);
    const session = await startTestSession(defer, startPiDriver(defer, upstream));
    rmSync(session.cwd, { recursive: true });

    const outcome = await session.ask(
      scripted({ tools: [{ name: 'bash', args: { command: 'ls' } }] }, { text: 'I see' }),
    );

    assert.equal(outcome.text, 'I see');
    assert.match(session.of('tool_result')[0]?.text ?? '', /directory no longer exists/);
  });

  it('is not lost when a listener fails', async () => {
    const upstream = await startUpstream(defer);
    const warnings: string[] = [];
    const driver = startPiDriver(defer, upstream, {
      log: { info() {}, warn: (message) => warnings.push(message) },
    });
    const settled = Promise.withResolvers<DriverEvent>();
    const session = await driver.start({
      sessionId: 's',
      cwd: '/tmp',
      modelId: CLAUDE,
      entries: [],
      saveEntry: () => {
        throw new Error('the disk is full');
      },
      emit: (event) => {
        if (event.type === 'settled') settled.resolve(event);
        if (event.type === 'text_delta') throw new Error('a fault of ours');
      },
    });
    defer(() => session.stop());

    await session.deliver({ content: scripted({ text: 'word' }), images: [], modelId: CLAUDE, mode: 'turn' });

    assert.deepEqual(await settled.promise, { type: 'settled', outcome: { reason: 'done', text: 'word' } });
    assert.ok(warnings.length > 0);
  });
});
