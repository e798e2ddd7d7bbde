import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { modelApi } from '@spectral/proto/wire';
import type { DriverEvent, PromptNotTaken } from '../../../src/drivers/driver.ts';
import { useCleanUp } from '../../support/clean-up.ts';
import {
  CLAUDE,
  MODEL_OF,
  MODELS,
  SLASHED,
  startPiDriver,
  startTestSession,
} from '../../support/pi-driver.ts';
import { scripted } from '../../support/upstream-script.ts';
import { startUpstream } from '../../support/upstream.ts';
import { waitUntil } from '../../support/wait-until.ts';

/** The kinds of events in order, neighbours of one kind told once. */
function shape(events: readonly DriverEvent[]): string {
  return events
    .map((event) => event.type)
    .filter((type, index, all) => type !== all[index - 1])
    .join(' ');
}

describe('the pi driver', function () {
  this.timeout(15_000);
  const defer = useCleanUp();

  for (const api of modelApi.options) {
    describe(`over ${api}`, () => {
      const modelId = MODEL_OF[api];

      it('tells a streamed answer with its thinking, tokens and cost', async () => {
        const upstream = await startUpstream(defer);
        const session = await startTestSession(defer, startPiDriver(defer, upstream), { modelId });

        const outcome = await session.ask(
          scripted({ thinking: 'hm', text: 'one two three', chunk: 4, usage: { input: 1000, output: 500 } }),
        );

        assert.deepEqual(outcome, { reason: 'done', text: 'one two three' });
        assert.equal(
          shape(session.events),
          'message_start thinking_delta text_delta message_end token_usage settled',
        );
        assert.equal(
          session
            .of('text_delta')
            .map((event) => event.delta)
            .join(''),
          'one two three',
        );
        assert.equal(session.of('message_start')[0]?.modelId, modelId);
        assert.deepEqual(session.of('token_usage')[0]?.usage, {
          inputTokens: 1000,
          outputTokens: 500,
          cacheReadTokens: 0,
          cacheWriteTokens: 0,
          totalTokens: 1500,
          cost: 0.0105,
        });
      });

      it('runs a tool and tells its call, its output and how long it took', async () => {
        const upstream = await startUpstream(defer);
        const session = await startTestSession(defer, startPiDriver(defer, upstream), { modelId });

        const outcome = await session.ask(
          scripted(
            { text: 'look', tools: [{ name: 'bash', args: { command: 'echo out; echo err >&2' } }] },
            { text: 'seen' },
          ),
        );

        assert.equal(outcome.text, 'seen');
        const [call] = session.of('tool_call');
        const [result] = session.of('tool_result');
        assert.deepEqual([call?.name, call?.args], ['bash', { command: 'echo out; echo err >&2' }]);
        assert.equal(result?.toolCallId, call?.toolCallId);
        assert.equal(result?.messageId, call?.messageId);
        assert.equal(result?.isError, false);
        assert.match(result?.text ?? '', /out\n/);
        assert.ok((result?.durationMs ?? -1) >= 0);
        assert.deepEqual(
          session.of('message_end').map((event) => event.stopReason),
          ['tool_use', 'stop'],
        );
      });

      it('gives a unified diff for an edited file', async () => {
        const upstream = await startUpstream(defer);
        const session = await startTestSession(defer, startPiDriver(defer, upstream), { modelId });
        writeFileSync(join(session.cwd, 'a.txt'), 'old line\n');

        await session.ask(
          scripted({
            tools: [{ name: 'edit', args: { path: 'a.txt', edits: [{ oldText: 'old', newText: 'new' }] } }],
          }),
        );

        assert.match(session.of('tool_result')[0]?.diff ?? '', /^-old line\n\+new line$/m);
        assert.equal(readFileSync(join(session.cwd, 'a.txt'), 'utf8'), 'new line\n');
      });

      it('takes 100 kB of tool arguments for less than 1.5 s of CPU', async () => {
        const upstream = await startUpstream(defer);
        const session = await startTestSession(defer, startPiDriver(defer, upstream), { modelId });
        const content = 'line of text\n'.repeat(8000);
        const before = process.cpuUsage();

        await session.ask(
          scripted({ chunk: 20, tools: [{ name: 'write', args: { path: 'big.txt', content } }] }),
        );

        const { user, system } = process.cpuUsage(before);
        assert.equal(readFileSync(join(session.cwd, 'big.txt'), 'utf8'), content);
        assert.ok(user + system < 1_500_000, `took ${(user + system) / 1000} ms of CPU`);
      });

      it('leaves the usage out when the provider tells none', async () => {
        const upstream = await startUpstream(defer);
        const session = await startTestSession(defer, startPiDriver(defer, upstream), { modelId });

        await session.ask(scripted({ text: 'hi', noUsage: true }));

        assert.equal(shape(session.events), 'message_start text_delta message_end settled');
      });

      it('repeats a request the provider could not serve, and says so', async () => {
        const upstream = await startUpstream(defer);
        const session = await startTestSession(defer, startPiDriver(defer, upstream), { modelId });

        const outcome = await session.ask(
          scripted({
            text: 'at last',
            status: 529,
            times: 1,
            body: { type: 'error', error: { type: 'overloaded_error', message: 'overloaded' } },
          }),
        );

        assert.deepEqual(outcome, { reason: 'done', text: 'at last' });
        const [retry] = session.of('retry');
        assert.deepEqual([retry?.attempt, retry?.maxAttempts], [1, 2]);
        assert.equal(retry?.messageId, session.of('message_end')[0]?.messageId);
        assert.equal(session.of('message_end')[0]?.stopReason, 'error');
        assert.equal(upstream.requests.length, 2);
      });

      it('repeats a request whose answer was cut, without its text counting twice', async () => {
        const upstream = await startUpstream(defer);
        const session = await startTestSession(defer, startPiDriver(defer, upstream), { modelId });

        const outcome = await session.ask(scripted({ text: 'abcdef', chunk: 2, cutAfter: 2, delayMs: 5 }));

        assert.equal(outcome.reason, 'error');
        assert.equal(session.of('retry').length, 2);
        assert.equal(session.of('settled').length, 1);
      });

      it('waits as long as the provider asks before it repeats', async () => {
        const upstream = await startUpstream(defer);
        const session = await startTestSession(defer, startPiDriver(defer, upstream), { modelId });
        const start = Date.now();

        const outcome = await session.ask(
          scripted({ text: 'ok', status: 429, times: 1, headers: { 'retry-after': '1' } }),
        );

        assert.equal(outcome.reason, 'done');
        assert.ok(Date.now() - start >= 990);
        assert.equal(session.of('retry').length, 0);
      });

      for (const [status, code] of [
        [401, 'machine-token-rejected'],
        [403, 'model-not-granted'],
      ] as const) {
        it(`ends the turn at once on ${status}`, async () => {
          const upstream = await startUpstream(defer);
          const session = await startTestSession(defer, startPiDriver(defer, upstream), { modelId });

          const outcome = await session.ask(
            scripted({
              status,
              body: { type: 'error', error: { type: 'permission_error', message: 'not for you' } },
            }),
          );

          assert.equal(outcome.reason, 'error');
          assert.equal(outcome.error?.code, code);
          assert.match(outcome.error?.message ?? '', /not for you/);
          assert.equal(upstream.requests.length, 1);
        });
      }

      it('gives up a model that falls silent, before its first byte as after', async () => {
        const upstream = await startUpstream(defer);
        const session = await startTestSession(defer, startPiDriver(defer, upstream, { silenceMs: 300 }), {
          modelId,
        });

        const midway = await session.ask(scripted({ text: 'abcdef', chunk: 2, hangAfter: 2 }));
        const never = await session.ask(scripted({ text: 'late', headersDelayMs: 2000 }));

        for (const outcome of [midway, never])
          assert.equal(outcome.error?.code, 'model-stalled', JSON.stringify(outcome));
        assert.equal(session.of('retry').length, 0);
        await waitUntil('the silent connection is closed', () => upstream.requests[0]?.left);
      });

      it('cancels a streaming answer within a second, keeps its text, and takes the next prompt', async () => {
        const upstream = await startUpstream(defer);
        const session = await startTestSession(defer, startPiDriver(defer, upstream), { modelId });
        await session.begin(scripted({ text: 'word '.repeat(500), chunk: 5, delayMs: 10 }));
        await waitUntil('text arrives', () => session.of('text_delta').length > 3);
        const start = Date.now();

        await session.session.interrupt();
        const outcome = await session.settled();

        assert.ok(Date.now() - start < 1000);
        assert.equal(outcome.reason, 'cancelled');
        assert.match(outcome.text, /^word /);
        assert.equal(session.of('message_end')[0]?.stopReason, 'cancelled');
        await waitUntil('the request is given up', () => upstream.requests[0]?.left);
        assert.equal((await session.ask(scripted({ text: 'again' }))).text, 'again');
      });
    });
  }

  it('cancels a running command with all its children, and shows no false error', async () => {
    const upstream = await startUpstream(defer);
    const session = await startTestSession(defer, startPiDriver(defer, upstream));
    await session.begin(
      scripted({ tools: [{ name: 'bash', args: { command: 'sh -c "sleep 300" & echo started $!; wait' } }] }),
    );
    const started = await waitUntil('the command runs', () =>
      /started (\d+)/.exec(session.of('tool_progress').at(-1)?.text ?? ''),
    );

    await session.session.interrupt();
    const outcome = await session.settled();

    assert.equal(outcome.reason, 'cancelled');
    assert.equal(outcome.error, undefined);
    assert.equal(session.of('message_start').length, 1);
    assert.equal(session.of('tool_result')[0]?.isError, true);
    await waitUntil('the child is dead', () => !alive(Number(started[1])));
  });

  it('ends what a command left in the background when the session stops', async () => {
    const upstream = await startUpstream(defer);
    const session = await startTestSession(defer, startPiDriver(defer, upstream));
    await session.ask(scripted({ tools: [{ name: 'bash', args: { command: 'sleep 300 & echo pid $!' } }] }));
    const pid = Number(/pid (\d+)/.exec(session.of('tool_result')[0]?.text ?? '')?.[1]);
    assert.ok(alive(pid));

    await session.session.stop();

    await waitUntil('the child is dead', () => !alive(pid));
  });

  it('steers the running turn after its current tool', async () => {
    const upstream = await startUpstream(defer);
    const session = await startTestSession(defer, startPiDriver(defer, upstream));
    await session.begin(
      scripted({ tools: [{ name: 'bash', args: { command: 'echo go; sleep 0.3' } }] }, { text: 'never' }),
    );
    await waitUntil('the command runs', () => session.of('tool_progress').length > 0);

    const receipt = await session.session.deliver({
      content: scripted({ text: 'steered' }),
      images: [],
      modelId: CLAUDE,
      mode: 'steer',
    });

    assert.equal(receipt, 'taken');
    assert.equal((await session.settled()).text, 'steered');
    assert.equal(session.of('settled').length, 1);
  });

  it('says when it is too late to steer', async () => {
    const upstream = await startUpstream(defer);
    const session = await startTestSession(defer, startPiDriver(defer, upstream));
    await session.ask('hi');

    const receipt = await session.session.deliver({
      content: 'more',
      images: [],
      modelId: CLAUDE,
      mode: 'steer',
    });

    assert.equal(receipt, 'settled');
    assert.equal(upstream.requests.length, 1);
  });

  it('refuses a second turn while one runs, and an unknown model, with nothing started', async () => {
    const upstream = await startUpstream(defer);
    const session = await startTestSession(defer, startPiDriver(defer, upstream));
    const prompt = { images: [], mode: 'turn' as const };
    await assert.rejects(
      session.session.deliver({ ...prompt, content: 'x', modelId: 'nothing/such' }),
      (error: PromptNotTaken) => error.code === 'model-unknown',
    );
    await session.begin(scripted({ text: 'slow', headersDelayMs: 200 }));

    await assert.rejects(
      session.session.deliver({ ...prompt, content: 'x', modelId: CLAUDE }),
      (error: PromptNotTaken) => error.code === 'busy',
    );

    assert.equal((await session.settled()).text, 'slow');
    assert.equal(upstream.requests.length, 1);
  });

  it('takes the next prompt from within the event that ends a turn', async () => {
    const upstream = await startUpstream(defer);
    const driver = startPiDriver(defer, upstream);
    const events: DriverEvent[] = [];
    const session = await driver.start({
      sessionId: 's',
      cwd: '/tmp',
      modelId: CLAUDE,
      entries: [],
      saveEntry() {},
      emit(event) {
        events.push(event);
        if (event.type === 'settled' && events.filter((one) => one.type === 'settled').length === 1)
          void session.deliver({ content: 'two', images: [], modelId: CLAUDE, mode: 'turn' });
      },
    });

    await session.deliver({ content: 'one', images: [], modelId: CLAUDE, mode: 'turn' });

    await waitUntil('both turns end', () => events.filter((one) => one.type === 'settled').length === 2);
    assert.equal(upstream.requests.length, 2);
  });

  it('changes the model from prompt to prompt, across dialects, with the memory kept', async () => {
    const upstream = await startUpstream(defer);
    const session = await startTestSession(defer, startPiDriver(defer, upstream));

    await session.ask('first');
    await session.ask('second', { modelId: SLASHED });
    await session.ask('third');

    assert.deepEqual(
      upstream.requests.map((request) => [request.path, request.body.model]),
      [
        ['/v1/messages?beta=true', CLAUDE],
        ['/v1/chat/completions', SLASHED],
        ['/v1/messages?beta=true', CLAUDE],
      ],
    );
    assert.deepEqual(
      upstream.requests[2]?.body.messages.map((message) => message.role),
      ['user', 'assistant', 'user', 'assistant', 'user'],
    );
  });

  it('calls with the renewed token, in live sessions too', async () => {
    const upstream = await startUpstream(defer);
    upstream.token = 'renewed';
    const driver = startPiDriver(defer, upstream);
    const session = await startTestSession(defer, driver);
    assert.equal((await session.ask('hi')).error?.code, 'machine-token-rejected');

    driver.configure({ gatewayUrl: upstream.url, machineToken: 'renewed', models: MODELS });

    assert.equal((await session.ask('hi')).reason, 'done');
  });

  it('tells an unknown price as null, never as zero', async () => {
    const upstream = await startUpstream(defer);
    const driver = startPiDriver(defer, upstream);
    driver.configure({
      gatewayUrl: upstream.url,
      machineToken: 't',
      models: MODELS.map((model) => ({ ...model, price: null })),
    });
    const session = await startTestSession(defer, driver);

    await session.ask('hi');

    assert.equal(session.of('token_usage')[0]?.usage.cost, null);
    assert.equal(session.of('token_usage')[0]?.usage.totalTokens, 15);
  });

  it('sends the images of a prompt', async () => {
    const upstream = await startUpstream(defer);
    const session = await startTestSession(defer, startPiDriver(defer, upstream));
    const data =
      'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';

    await session.ask('look', { images: [{ mimeType: 'image/png', data }] });

    assert.ok(upstream.requests[0]?.text.includes(data));
  });

  it('completes a prompt outside any session', async () => {
    const upstream = await startUpstream(defer);
    const driver = startPiDriver(defer, upstream);
    const request = { system: 'Give a title.', prompt: scripted({ text: 'A title' }), maxTokens: 30 };

    for (const modelId of [CLAUDE, SLASHED])
      assert.equal(
        await driver.complete({ ...request, modelId, signal: AbortSignal.timeout(5000) }),
        'A title',
      );

    assert.match(upstream.requests[0]?.text ?? '', /Give a title\./);
    await assert.rejects(
      driver.complete({
        ...request,
        prompt: scripted({ status: 403 }),
        modelId: CLAUDE,
        signal: AbortSignal.timeout(5000),
      }),
      /may not use this model/,
    );
    await assert.rejects(
      driver.complete({
        ...request,
        prompt: scripted({ headersDelayMs: 3000 }),
        modelId: CLAUDE,
        signal: AbortSignal.timeout(50),
      }),
    );
  });
});

function alive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
