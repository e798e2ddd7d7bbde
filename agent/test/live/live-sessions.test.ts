import { strict as assert } from 'node:assert';
import { randomUUID } from 'node:crypto';
import { LOOP_DONE_MARKER, type SessionEvent, type SessionInfo } from '@spectral/proto/wire';
import { createScriptedDriver } from '../../src/drivers/scripted/scripted-driver.ts';
import { useCleanUp } from '../support/clean-up.ts';
import { serveDaemon, type ServingDaemon } from '../support/serving-daemon.ts';
import { seenBy, transcriptOf, typesOf } from '../support/session-reader.ts';
import { waitUntil } from '../support/wait-until.ts';

const HANG = [{ text: 'working' }, { hang: true }];

describe('a session', () => {
  const defer = useCleanUp();

  it('queues a prompt while a turn runs, and runs it when the turn ends', async () => {
    const { at, prompt, ended } = await openSession();
    await prompt([{ text: 'slow', chunk: 1, everyMs: 20 }]);

    const receipt = await prompt('second');
    await ended(2);

    assert.equal(field(receipt, 'state'), 'queued');
    assert.deepEqual(
      at('queue_changed').map((event) => event.queue.map((queued) => queued.content)),
      [['second'], []],
    );
    assert.deepEqual(
      at('user_message')
        .map((event) => event.content)
        .at(-1),
      'second',
    );
  });

  it('takes a queued prompt back, and says so when it is too late', async () => {
    const { request, at, prompt, ended } = await openSession();
    const running = await prompt([{ text: 'slow', chunk: 1, everyMs: 20 }]);
    const queued = await prompt('never');

    const taken = await request('DELETE', `/prompts/${field(queued, 'promptId')}`);
    const late = await request('DELETE', `/prompts/${field(running, 'promptId')}`);
    const unknown = await request('DELETE', `/prompts/${randomUUID()}`);
    await ended(1);

    assert.deepEqual([taken.status, late.status, unknown.status], [200, 409, 404]);
    assert.equal(at('user_message').length, 1);
  });

  it('steers the running turn when asked', async () => {
    const { at, prompt, ended } = await openSession();
    await prompt([{ text: 'a' }, { waitMs: 60 }, { text: 'b' }]);

    const receipt = await prompt('faster', { mode: 'steer' });
    await ended(1);

    assert.equal(field(receipt, 'state'), 'steering');
    assert.deepEqual(
      at('user_message').map((event) => event.mode),
      ['queue', 'steer'],
    );
    assert.match(textOf(at('text_delta')), /steered: faster/);
  });

  it('runs a steering prompt as a turn of its own when the turn is over', async () => {
    const { at, prompt, ended } = await openSession();

    await prompt('one', { mode: 'steer' });
    await ended(1);

    assert.equal(at('turn_start').length, 1);
  });

  it('runs a prompt that is sent twice with one key once', async () => {
    const { serving, session, at, ended } = await openSession();
    const key = randomUUID();
    const send = () =>
      serving.machine.request('POST', `/api/sessions/${session.id}/prompts`, { content: 'once' }, key);

    const [first, second] = await Promise.all([send(), send()]);
    const third = await send();
    await ended(1);

    assert.deepEqual(second.body, first.body);
    assert.equal(field(third, 'promptId'), field(first, 'promptId'));
    assert.equal(at('user_message').length, 1);
  });

  it('cancels a turn within a second, and the next prompt works', async () => {
    const { request, at, prompt, ended } = await openSession();
    await prompt(HANG);
    await waitUntil('work', () => at('text_delta').length > 0);
    const startedAt = Date.now();

    const answer = await request('POST', '/cancel');
    await ended(1);

    assert.deepEqual(answer.body, { cancelled: true });
    assert.ok(Date.now() - startedAt < 1_000);
    assert.equal(at('agent_end')[0]?.reason, 'cancelled');
    await prompt('again');
    await ended(2);
    assert.equal(at('agent_end')[1]?.reason, 'done');
  });

  it('cancels a turn whose agent does not listen, within a second', async () => {
    const { request, at, prompt, ended } = await openSession();
    await prompt([{ text: 'x' }, { hang: true, deaf: true }]);
    await waitUntil('work', () => at('text_delta').length > 0);
    const startedAt = Date.now();

    await request('POST', '/cancel');
    await ended(1);

    assert.ok(Date.now() - startedAt < 1_000);
    await prompt('again');
    await ended(2);
    assert.equal(at('agent_end')[1]?.reason, 'done');
  });

  it('has nothing to cancel while idle', async () => {
    const { request } = await openSession();

    assert.deepEqual((await request('POST', '/cancel')).body, { cancelled: false });
  });

  it('loops until the agent says it is done, announcing each iteration', async () => {
    const { at, events, prompt } = await openSession();

    await prompt([{ text: `finished ${LOOP_DONE_MARKER}` }], { loop: true, loopMaxIterations: 5 });
    await waitUntil('the end of the loop', () => at('loop_complete').length > 0);

    assert.deepEqual(
      at('loop_iteration').map((event) => [event.iteration, event.max]),
      [[1, 5]],
    );
    assert.equal(events().filter((event) => event.type.startsWith('loop_')).length, 2);
  });

  it('loops up to its limit and says so once', async () => {
    const { at, prompt, info } = await openSession();

    await prompt([{ text: 'again' }], { loop: true, loopMaxIterations: 3 });
    await waitUntil('the end of the loop', () => at('loop_max_iterations').length > 0);

    assert.deepEqual(
      at('loop_iteration').map((event) => event.iteration),
      [1, 2, 3],
    );
    assert.equal(at('agent_end').length, 3);
    assert.equal((await info()).loop, null);
  });

  it('ends a loop by a message with loop:false, after the running iteration', async () => {
    const { at, prompt } = await openSession();
    await prompt([{ text: 'round' }, { waitMs: 50 }], { loop: true });
    await waitUntil('the first iteration', () => at('text_delta').length > 0);

    await prompt('stop now', { loop: false });
    await waitUntil('its turn', () => at('user_message').length === 2 && at('agent_end').length === 2);

    assert.equal(at('loop_stopped').length, 1);
    assert.equal(at('loop_iteration').length, 1);
  });

  it('ends a loop when the turn is cancelled', async () => {
    const { at, prompt, request, ended } = await openSession();
    await prompt(HANG, { loop: true });
    await waitUntil('work', () => at('text_delta').length > 0);

    await request('POST', '/cancel');
    await ended(1);
    await waitUntil('the end of the loop', () => at('loop_stopped').length === 1);

    assert.equal(at('loop_iteration').length, 1);
  });

  it('names itself once, after its first answer', async () => {
    const { at, prompt, ended, info } = await openSession();
    await prompt('one two three');
    await waitUntil('a title', () => at('session_renamed').length > 0);
    await prompt('four five six');
    await ended(2);

    assert.equal(at('session_renamed').length, 1);
    assert.notEqual((await info()).title, 'New session');
  });

  it('keeps the title somebody gave it', async () => {
    const { at, request, prompt, ended, info } = await openSession();
    await request('PATCH', '', { title: 'Mine' });

    await prompt('one two three');
    await ended(1);
    await prompt('and more');
    await ended(2);

    assert.deepEqual(
      at('session_renamed').map((event) => event.title),
      ['Mine'],
    );
    assert.equal((await info()).title, 'Mine');
  });

  it('does not fail a turn when no title can be had', async () => {
    const driver = { ...createScriptedDriver(), complete: () => Promise.reject(new Error('no model')) };
    const { at, prompt, ended, info } = await openSession(driver);

    await prompt('hello');
    await ended(1);

    assert.equal(at('agent_end')[0]?.reason, 'done');
    assert.equal((await info()).title, 'New session');
  });

  it('forks into a copy whose memory is shortened at its first turn, and leaves the source as it was', async () => {
    const { serving, session, request, prompt, at, events } = await openSession();
    await prompt('remember this');
    await waitUntil('the title', () => at('session_renamed').length === 1);
    const before = transcriptOf(events());

    const forked = (await request('POST', '/fork')).body as { session: SessionInfo };
    serving.machine.open(9, forked.session.id);
    const copy = () => seenBy(serving.machine, 9, forked.session.id).events;
    await waitUntil('the copy', () => seenBy(serving.machine, 9, forked.session.id).whole);
    const copied = transcriptOf(copy());
    await serving.prompt(forked.session.id, [{ recall: true }]);
    await waitUntil(
      'its first turn',
      () => copy().filter((event) => event.type === 'agent_end').length === 2,
    );

    assert.equal(forked.session.forkedFrom, session.id);
    assert.deepEqual(copied, before);
    assert.deepEqual(typesOf(copy()).filter((type) => type === 'compaction').length, 2);
    assert.match(textOf(copy().filter((event) => event.type === 'text_delta')), /I remember [34] entries/);
    assert.equal(
      events().some((event) => event.type === 'compaction'),
      false,
    );
  });

  it('forks while a turn runs from what was before that turn', async () => {
    const { serving, request, prompt, at, events } = await openSession();
    await prompt('first');
    await waitUntil('the title', () => at('session_renamed').length === 1);
    const before = transcriptOf(events());
    await prompt(HANG);
    await waitUntil('work', () => at('turn_start').length === 2);

    const forked = (await request('POST', '/fork', { title: 'Branch' })).body as { session: SessionInfo };
    serving.machine.open(9, forked.session.id);
    await waitUntil('the copy', () => seenBy(serving.machine, 9, forked.session.id).whole);
    await request('POST', '/cancel');

    assert.equal(forked.session.title, 'Branch');
    assert.equal(forked.session.status, 'idle');
    assert.deepEqual(transcriptOf(seenBy(serving.machine, 9, forked.session.id).events), before);
  });

  it('runs what was queued when the daemon stopped, once it is back', async () => {
    const { serving, session, prompt, at } = await openSession();
    await prompt([{ text: 'x' }, { hang: true, deaf: true }]);
    await waitUntil('work', () => at('text_delta').length > 0);
    await prompt('later');
    await serving.daemon.stop();

    const next = await serveDaemon(defer, {}, serving.directory);
    next.machine.open(7, session.id);
    const seen = await waitUntil('its turn', () => {
      const now = seenBy(next.machine, 7, session.id).events;
      return now.filter((event) => event.type === 'agent_end').length === 2 && now;
    });

    assert.deepEqual(
      seen.flatMap((event) => (event.type === 'agent_end' ? [event.reason] : [])),
      ['interrupted', 'done'],
    );
    assert.deepEqual(
      seen.flatMap((event) => (event.type === 'user_message' ? [event.content] : [])).at(-1),
      'later',
    );
  }).timeout(15_000);

  it('compacts when asked, and refuses while it works', async () => {
    const { at, request, prompt, ended } = await openSession();
    await prompt(HANG);
    await waitUntil('work', () => at('text_delta').length > 0);
    const refused = await request('POST', '/compact');
    await request('POST', '/cancel');
    await ended(1);

    const taken = await request('POST', '/compact', { instructions: 'short' });
    await waitUntil('the compaction', () => at('compaction').some((event) => event.phase === 'end'));

    assert.deepEqual([refused.status, taken.status], [409, 202]);
  });

  it('keeps images and gives them back', async () => {
    const { request, at, prompt, ended } = await openSession();
    const data = Buffer.from('not really a picture').toString('base64');

    await prompt('look', { images: [{ mimeType: 'image/png', data }] });
    await ended(1);
    const image = at('user_message')[0]?.images[0];
    const answer = await request('GET', `/images/${image?.id}`);

    assert.deepEqual(answer.body, { mimeType: 'image/png', data });
    assert.equal((await request('GET', `/images/${randomUUID()}`)).status, 404);
  });

  it('refuses images that are no base64, prompts without content, and models that are not granted', async () => {
    const { prompt } = await openSession();

    const refusals = await Promise.all([
      prompt('look', { images: [{ mimeType: 'image/png', data: '@@' }] }),
      prompt('  '),
      prompt('hi', { modelId: 'nobody/knows' }),
    ]);

    assert.deepEqual(
      refusals.map((answer) => answer.status),
      [400, 400, 400],
    );
  });

  it('uses the model a prompt names, and keeps it for the next', async () => {
    const { at, prompt, ended } = await openSession();

    await prompt('a', { modelId: 'scripted/two' });
    await ended(1);
    await prompt('b');
    await ended(2);

    assert.deepEqual(
      at('turn_start').map((event) => event.modelId),
      ['scripted/two', 'scripted/two'],
    );
  });

  it('adds up what its answers used', async () => {
    const { prompt, ended, info } = await openSession();

    await prompt([{ usage: { inputTokens: 1000, outputTokens: 500, cost: 0.0105 } }, { text: 'x' }]);
    await ended(1);
    await prompt([{ usage: { inputTokens: 1, outputTokens: 1, cost: 0.5 } }, { text: 'y' }]);
    await ended(2);

    const { usage } = await info();
    assert.equal(usage.totalTokens, 1502);
    assert.equal(usage.cost, 0.5105);
  });

  it('fails clearly when the agent fails, and works again', async () => {
    const { at, prompt, ended, info } = await openSession();

    await prompt([{ text: 'x' }, { fail: { code: 'upstream', message: 'the model said no' } }]);
    await ended(1);

    assert.equal(at('agent_end')[0]?.reason, 'error');
    assert.deepEqual(
      at('error').map(({ code, message }) => [code, message]),
      [['upstream', 'the model said no']],
    );
    assert.equal((await info()).status, 'failed');
    await prompt('again');
    await ended(2);
    assert.equal((await info()).status, 'idle');
  });

  it('goes on and is kept when the relay is gone', async () => {
    const { serving, session, prompt } = await openSession();
    await prompt([{ text: 'a b c d e f g h', chunk: 1, everyMs: 5 }]);
    serving.machine.socket.terminate();

    const next = await serving.relay.machine(2);
    next.open(3, session.id);
    const seen = await waitUntil('the end of the turn', () => {
      const now = seenBy(next, 3, session.id);
      return typesOf(now.events).includes('agent_end') && now;
    });

    assert.equal(textOf(seen.events.filter((event) => event.type === 'text_delta')), 'a b c d e f g h');
  });

  it('refuses readers of a session that is deleted', async () => {
    const { serving, session, request } = await openSession();

    await request('DELETE', '');
    await waitUntil('the refusal', () => serving.machine.control.some((frame) => frame.kind === 'refused'));

    serving.machine.open(8, session.id);
    await waitUntil(
      'another refusal',
      () => serving.machine.control.filter((frame) => frame.kind === 'refused').length === 2,
    );
    assert.equal((await serving.machine.request('GET', `/api/sessions/${session.id}`)).status, 404);
  });

  async function openSession(driver?: ReturnType<typeof createScriptedDriver>) {
    const serving: ServingDaemon = await serveDaemon(defer, driver ? { driver } : {});
    const { session } = await serving.newSession();
    serving.machine.open(7, session.id);
    const events = () => seenBy(serving.machine, 7, session.id).events;
    const at = <T extends SessionEvent['type']>(type: T) =>
      events().filter(
        (event): event is Extract<SessionEvent, { type: T }> & typeof event => event.type === type,
      );
    const request = (method: 'GET' | 'POST' | 'PATCH' | 'DELETE', path: string, body?: unknown) =>
      serving.machine.request(method, `/api/sessions/${session.id}${path}`, body);
    return {
      serving,
      session,
      events,
      at,
      request,
      prompt: (content: string | readonly unknown[], more: Record<string, unknown> = {}) =>
        serving.prompt(session.id, content, more),
      ended: (turns: number) => waitUntil(`the end of turn ${turns}`, () => at('agent_end').length === turns),
      info: async () => ((await request('GET', '')).body as { session: SessionInfo }).session,
    };
  }
});

function field(answer: { body?: unknown }, name: string): string {
  return String((answer.body as Record<string, string>)[name]);
}

function textOf(events: readonly SessionEvent[]): string {
  return events.map((event) => (event.type === 'text_delta' ? event.delta : '')).join('');
}
