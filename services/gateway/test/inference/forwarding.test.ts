import assert from 'node:assert/strict';
import {
  ANTHROPIC_STREAM,
  errorBody,
  OPENAI_STREAM,
  startMockUpstream,
  type MockUpstream,
} from '../support/mock-upstream.ts';
import {
  MODELS,
  oddBody,
  openRequest,
  PATHS,
  post,
  settledCall,
  type DoorDialect,
} from '../support/door-client.ts';
import { startModelDoor, type ModelDoor } from '../support/model-door.ts';

describe('/v1 is a byte pipe', () => {
  let upstream: MockUpstream;
  let door: ModelDoor;

  beforeEach(async () => {
    upstream = await startMockUpstream();
    door = await startModelDoor({ upstream: upstream.url, timeouts: { firstByteMs: 700, idleMs: 700 } });
  });
  afterEach(async () => {
    await door.close();
    await upstream.close();
  });

  const ask = (dialect: DoorDialect, words: string, stream = true, headers: Record<string, string> = {}) =>
    post(door, PATHS[dialect], oddBody(MODELS[dialect], words, stream), headers);
  const firstHit = async () => {
    while (upstream.hits.length === 0) await new Promise((resolve) => setTimeout(resolve, 2));
  };
  const onlyHit = () => {
    assert.equal(upstream.hits.length, 1);
    const [hit] = upstream.hits;
    assert.ok(hit);
    return hit;
  };

  for (const dialect of ['anthropic', 'openai'] as const) {
    const events = dialect === 'anthropic' ? ANTHROPIC_STREAM : OPENAI_STREAM;

    describe(`in the ${dialect} dialect`, () => {
      it('passes the request byte for byte, with its query', async () => {
        await ask(dialect, 'hi');

        const hit = onlyHit();
        assert.equal(hit.body.toString(), oddBody(MODELS[dialect], 'hi', true));
        assert.equal(hit.url, PATHS[dialect]);
        assert.equal(hit.headers['content-length'], String(hit.body.length));
      });

      it('passes the stream byte for byte and marks it unbuffered', async () => {
        const { body, headers, status, broken } = await ask(dialect, 'hi');

        assert.equal(status, 200);
        assert.equal(body.toString(), events.join(''));
        assert.equal(broken, false);
        assert.equal(headers['x-accel-buffering'], 'no');
        assert.match(String(headers['cache-control']), /no-transform/);
      });

      it('passes a plain answer, and records both to the cent', async () => {
        const { body, status } = await ask(dialect, 'hi', false);

        assert.equal(status, 200);
        assert.match(body.toString(), /Hello world/);
        const call = await settledCall(door);
        assert.deepEqual(
          [call.outcome, call.usage?.input, call.usage?.output, call.estimated],
          ['ok', 1000, 500, false],
        );
        assert.equal(call.costUsd, dialect === 'anthropic' ? 0.0035 : 0.0075);
      });

      for (const status of [400, 429, 500, 529]) {
        it(`passes an upstream ${status} with its body and hints as they are`, async () => {
          const { body, headers, ...rest } = await ask(dialect, `status ${status}`);

          assert.equal(rest.status, status);
          assert.equal(body.toString(), errorBody(status, dialect === 'anthropic'));
          assert.deepEqual(
            [headers['retry-after'], headers['x-should-retry'], headers['request-id']],
            ['7', 'true', 'req_9'],
          );
          const call = await settledCall(door);
          assert.deepEqual(
            [call.outcome, call.httpStatus, call.costUsd, call.estimated],
            ['failed', status, 0, false],
          );
        });
      }

      for (const status of [401, 403]) {
        it(`tells an upstream ${status} as trouble with the gateway's key`, async () => {
          const { body, headers, ...rest } = await ask(dialect, `status ${status}`);

          assert.equal(rest.status, 502);
          assert.match(body.toString(), /upstream credential rejected/);
          assert.equal(headers['x-should-retry'], 'false');
        });
      }

      it('shows an upstream that broke off as an error event and a broken connection', async () => {
        const { body, broken } = await ask(dialect, 'cut');

        assert.equal(broken, true);
        const text = body.toString();
        assert.ok(text.startsWith(events.slice(0, 4).join('')));
        assert.match(
          text,
          dialect === 'anthropic'
            ? /event: error\ndata: \{"type":"error","error":\{"type":"api_error"/
            : /data: \{"error":\{"message"/,
        );
        const call = await settledCall(door);
        assert.deepEqual([call.outcome, call.estimated], ['cut', true]);
      });

      it('adds nothing to half an event, but breaks the connection', async () => {
        const { body, broken } = await ask(dialect, 'cut within');

        assert.equal(broken, true);
        assert.ok(events.join('').startsWith(body.toString()));
      });

      it('ends a stream that fell silent', async () => {
        const { broken } = await ask(dialect, 'stall');

        assert.equal(broken, true);
        assert.equal((await settledCall(door)).outcome, 'cut');
      });

      it('tells an upstream that says nothing from one that cannot be reached', async () => {
        const silent = await ask(dialect, 'stall before');
        assert.equal(silent.status, 504);
        assert.match(silent.body.toString(), /timed out/);

        await upstream.close();
        const away = await ask(dialect, 'hi');
        assert.equal(away.status, 502);
        assert.match(away.body.toString(), /upstream connect error/);
        assert.equal(away.headers['x-should-retry'], 'true');
      });

      it('sends a request once more when the connection was reset before any answer', async () => {
        const { status } = await ask(dialect, 'reset');

        assert.equal(status, 502);
        assert.equal(upstream.hits.length, 2);
      });

      it('never follows a redirect', async () => {
        const { status, headers } = await ask(dialect, 'redirect');

        assert.equal(status, 502);
        assert.equal(headers['location'], undefined);
      });

      for (const [when, words] of [
        ['waits for the first byte', 'stall before'],
        ['streams', 'slow'],
        ['streams and then falls silent', 'stall'],
      ] as const) {
        it(`lets the upstream go within 50 ms of a caller that leaves while it ${when}`, async () => {
          const request = openRequest(door, PATHS[dialect]);
          request.on('error', () => {});
          const streaming = new Promise<void>((resolve) => {
            request.once('response', (response) => {
              response.once('data', () => resolve());
              response.on('error', () => {});
            });
          });
          request.end(oddBody(MODELS[dialect], words, true));
          await (words === 'stall before' ? firstHit() : streaming);

          const leftAt = performance.now();
          request.destroy();
          const seenAt = await onlyHit().left;

          assert.ok(seenAt - leftAt < 50, `${seenAt - leftAt} ms`);
          const call = await settledCall(door);
          assert.deepEqual([call.outcome, call.estimated], ['aborted', true]);
        });
      }
    });
  }

  it('reads no faster than the caller does, and lets a caller go that reads nothing', async () => {
    const slow = await startModelDoor({ upstream: upstream.url, readerStallMs: 300 });
    const before = process.memoryUsage().rss;
    const request = openRequest(slow, PATHS.anthropic);
    request.on('error', () => {});
    request.end(oddBody(MODELS.anthropic, 'huge', true));
    await new Promise((resolve) => request.once('response', (response) => resolve(response.pause())));

    const seenAt = await Promise.race([
      firstHit().then(() => onlyHit().left),
      new Promise<never>((_, reject) => setTimeout(() => reject(new Error('still held')), 5_000).unref()),
    ]);

    assert.ok(seenAt > 0);
    assert.ok(process.memoryUsage().rss - before < 100 << 20, 'of the 50 MB little was held');
    request.destroy();
    await slow.close();
  });
});
