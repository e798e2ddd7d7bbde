import assert from 'node:assert/strict';
import { request as httpRequest } from 'node:http';
import { gzipSync } from 'node:zlib';
import { ANTHROPIC_STREAM, errorBody, OPENAI_STREAM, startMockUpstream, type MockUpstream } from '../support/mock-upstream.ts';
import { CENTRAL_KEY, MACHINE_TOKEN, startModelDoor, type ModelDoor } from '../support/model-door.ts';

interface Answer {
  readonly status: number;
  readonly headers: Record<string, string | string[] | undefined>;
  readonly body: Buffer;
  /** The connection broke before the answer's end. */
  readonly broken: boolean;
}

/** Odd on purpose: white space, 1.0, escapes and unknown keys must all arrive as they are. */
const ODD_BODY = (model: string, words: string, stream: boolean) =>
  `{ "unknown_field" : {"x":1.0e0,"y":"\\u00e9"},\t"messages":[{"role":"user","content":"${words}"}],"max_tokens":10,\n"stream":${stream},"model":"${model}" }`;

const PATHS = { anthropic: '/v1/messages?beta=true', openai: '/v1/chat/completions' } as const;
const MODELS = { anthropic: 'claude-haiku-4-5', openai: 'gpt-4o' } as const;
type Dialect = keyof typeof PATHS;

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

  function post(path: string, body: string | Buffer, headers: Record<string, string> = {}): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const request = httpRequest(door.url + path, { method: 'POST', headers: { 'content-type': 'application/json', authorization: `Bearer ${MACHINE_TOKEN}`, ...headers } });
      request.once('error', reject);
      request.once('response', (response) => {
        const chunks: Buffer[] = [];
        const done = (broken: boolean) => resolve({ status: response.statusCode ?? 0, headers: response.headers, body: Buffer.concat(chunks), broken });
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.once('end', () => done(false));
        response.once('error', () => done(true));
      });
      request.end(body);
    });
  }

  const ask = (dialect: Dialect, words: string, stream = true, headers: Record<string, string> = {}) =>
    post(PATHS[dialect], ODD_BODY(MODELS[dialect], words, stream), headers);
  const onlyHit = () => {
    assert.equal(upstream.hits.length, 1);
    const [hit] = upstream.hits;
    assert.ok(hit);
    return hit;
  };
  const settled = async () => {
    const deadline = Date.now() + 3_000;
    for (;;) {
      const [call] = [...door.ledger.calls.values()];
      if (call && 'outcome' in call) return call;
      assert.ok(Date.now() < deadline, 'the call was settled in time');
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  };

  for (const dialect of ['anthropic', 'openai'] as const) {
    const events = dialect === 'anthropic' ? ANTHROPIC_STREAM : OPENAI_STREAM;

    describe(`in the ${dialect} dialect`, () => {
      it('passes the request byte for byte, with its query', async () => {
        await ask(dialect, 'hi');

        const hit = onlyHit();
        assert.equal(hit.body.toString(), ODD_BODY(MODELS[dialect], 'hi', true));
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
        const call = await settled();
        assert.deepEqual([call.outcome, call.usage?.input, call.usage?.output, call.estimated], ['ok', 1000, 500, false]);
        assert.equal(call.costUsd, dialect === 'anthropic' ? 0.0035 : 0.0075);
      });

      for (const status of [400, 429, 500, 529]) {
        it(`passes an upstream ${status} with its body and hints as they are`, async () => {
          const { body, headers, ...rest } = await ask(dialect, `status ${status}`);

          assert.equal(rest.status, status);
          assert.equal(body.toString(), errorBody(status, dialect === 'anthropic'));
          assert.deepEqual([headers['retry-after'], headers['x-should-retry'], headers['request-id']], ['7', 'true', 'req_9']);
          const call = await settled();
          assert.deepEqual([call.outcome, call.httpStatus, call.costUsd, call.estimated], ['failed', status, 0, false]);
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
        assert.match(text, dialect === 'anthropic' ? /event: error\ndata: \{"type":"error","error":\{"type":"api_error"/ : /data: \{"error":\{"message"/);
        const call = await settled();
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
        assert.equal((await settled()).outcome, 'cut');
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

      for (const [when, words] of [['waits for the first byte', 'stall before'], ['streams', 'slow'], ['streams and then falls silent', 'stall']] as const) {
        it(`lets the upstream go within 50 ms of a caller that leaves while it ${when}`, async () => {
          const request = httpRequest(door.url + PATHS[dialect], { method: 'POST', headers: { authorization: `Bearer ${MACHINE_TOKEN}` } });
          request.on('error', () => {});
          const begun = new Promise<void>((resolve) => {
            request.once('response', (response) => {
              response.once('data', () => resolve());
              response.on('error', () => {});
            });
            const reached = setInterval(() => {
              if (words !== 'stall before' || upstream.hits.length === 0) return;
              clearInterval(reached);
              resolve();
            }, 2);
            setTimeout(() => clearInterval(reached), 500).unref();
          });
          request.end(ODD_BODY(MODELS[dialect], words, true));
          await begun;

          const leftAt = performance.now();
          request.destroy();
          const seenAt = await onlyHit().left;

          assert.ok(seenAt - leftAt < 50, `${seenAt - leftAt} ms`);
          const call = await settled();
          assert.deepEqual([call.outcome, call.estimated], ['aborted', true]);
        });
      }
    });
  }

  it('keeps who the caller is, and whose tenant, from the upstream', async () => {
    await ask('anthropic', 'hi', true, {
      'x-api-key': MACHINE_TOKEN,
      cookie: 'spectral=secret-login',
      'anthropic-workspace-id': 'wrkspc_1',
      'openai-organization': 'org',
      'x-forwarded-for': '10.1.2.3',
      connection: 'x-internal',
      'x-internal': 'of this connection',
      'accept-encoding': 'gzip',
      'anthropic-version': '2026-10-21',
      'anthropic-beta': 'a,b',
      'x-stainless-lang': 'js',
    });

    const { headers } = onlyHit();
    const said = JSON.stringify(headers);
    for (const secret of [MACHINE_TOKEN, 'secret-login', 'wrkspc_1', 'org"', '10.1.2.3', 'of this connection']) assert.ok(!said.includes(secret), secret);
    assert.deepEqual([headers['x-api-key'], headers.authorization], [CENTRAL_KEY, undefined]);
    assert.deepEqual([headers['anthropic-version'], headers['anthropic-beta'], headers['x-stainless-lang']], ['2026-10-21', 'a,b', 'js']);
    assert.equal(headers['accept-encoding'], 'identity');
  });

  it("keeps the upstream's own affairs from the caller, and its request id with it", async () => {
    const { headers } = await ask('anthropic', 'hi');

    assert.deepEqual([headers['set-cookie'], headers['server'], headers['cf-ray']], [undefined, undefined, undefined]);
    assert.equal(headers['anthropic-ratelimit-requests-remaining'], '7');
    assert.equal(headers['request-id'], 'req_upstream');
    assert.match(String(headers['x-spectral-request-id']), /^[a-z]{27}$/);
  });

  it('hits no upstream for a model that is not granted, wherever it is named', async () => {
    const refusals: [string, string, number][] = [
      [PATHS.anthropic, '{"model":"claude-opus-4-5","messages":[]}', 403],
      [PATHS.anthropic, '{"model":"no-such","messages":[]}', 404],
      [PATHS.anthropic, '{"model":"claude-haiku-4-5","fallbacks":[{"model":"claude-opus-4-5"}],"messages":[]}', 403],
      [PATHS.anthropic, '{"model":"claude-haiku-4-5","tools":[{"type":"advisor_1","model":"claude-opus-4-5"}],"messages":[]}', 403],
      [PATHS.anthropic, '{"model":"claude-haiku-4-5","model":"claude-opus-4-5","messages":[]}', 400],
      [PATHS.anthropic, '{"model":"claude-haiku-4-5","\\u006dodel":"claude-opus-4-5","messages":[]}', 400],
      ['/v1/messages?model=claude-opus-4-5', ODD_BODY('claude-haiku-4-5', 'hi', true), 400],
      ['/v1/messages?%6Dodel=claude-opus-4-5', ODD_BODY('claude-haiku-4-5', 'hi', true), 400],
      [PATHS.anthropic, ODD_BODY('gpt-4o', 'hi', true), 400],
      [PATHS.openai, ODD_BODY('claude-haiku-4-5', 'hi', true), 400],
      [PATHS.openai, '{"model":"gpt-4o","models":["gpt-4.1"],"messages":[]}', 403],
      [PATHS.openai, '{"model":"gpt-4o:online","messages":[]}', 404],
      [PATHS.openai, 'not json', 400],
      [PATHS.openai, '', 400],
    ];

    for (const [path, body, status] of refusals) {
      const answer = await post(path, body);
      assert.equal(answer.status, status, `${path} ${body}`);
      const error = JSON.parse(answer.body.toString());
      assert.equal(error.type, path.startsWith('/v1/messages') ? 'error' : undefined);
      assert.ok(error.error.message.length > 10);
      assert.equal(answer.headers['x-should-retry'], 'false');
    }
    assert.equal(upstream.hits.length, 0);
    assert.equal(door.ledger.calls.size, 0);
  });

  it('refuses a missing or wrong token without reading the model', async () => {
    for (const headers of [{ authorization: '' }, { authorization: 'Bearer wrong' }, { authorization: '', cookie: `spectral=${MACHINE_TOKEN}` }]) {
      const { status, body } = await ask('anthropic', 'hi', true, headers);

      assert.equal(status, 401);
      assert.match(body.toString(), /authentication_error.*invalid machine token/);
    }
    assert.equal(upstream.hits.length, 0);
  });

  it('passes a compressed body as it is, after a look at its model', async () => {
    const body = gzipSync(ODD_BODY(MODELS.anthropic, 'hi', true));
    const passed = await post(PATHS.anthropic, body, { 'content-encoding': 'gzip' });
    const refused = await post(PATHS.anthropic, gzipSync(ODD_BODY('claude-opus-4-5', 'hi', true)), { 'content-encoding': 'gzip' });
    const odd = await post(PATHS.anthropic, body, { 'content-encoding': 'lzma' });
    const broken = await post(PATHS.anthropic, 'not gzip', { 'content-encoding': 'gzip' });

    assert.equal(passed.body.toString(), ANTHROPIC_STREAM.join(''));
    const hit = onlyHit();
    assert.ok(hit.body.equals(body));
    assert.equal(hit.headers['content-encoding'], 'gzip');
    assert.deepEqual([refused.status, odd.status, broken.status], [403, 400, 400]);
  });

  it('counts tokens at the upstream without recording a call', async () => {
    const { status, body } = await post('/v1/messages/count_tokens', ODD_BODY(MODELS.anthropic, 'hi', false));

    assert.deepEqual([status, body.toString()], [200, '{"input_tokens":42}']);
    assert.equal(door.ledger.calls.size, 0);
  });

  it('passes what is not its own on', async () => {
    for (const path of ['/api/x', '/v1/Messages', '/v1/messages/']) assert.equal((await post(path, '{}')).body.toString(), 'elsewhere');
  });

  it('takes a body of many megabytes and refuses one beyond the limit, telling why', async () => {
    const big = (megabytes: number) => Buffer.from(`{"model":"claude-haiku-4-5","stream":true,"messages":[{"role":"user","content":"${'a'.repeat(megabytes << 20)}"}]}`);

    assert.equal((await post(PATHS.anthropic, big(20))).status, 200);
    const refused = await post(PATHS.anthropic, big(33));

    assert.equal(refused.status, 413);
    assert.match(refused.body.toString(), /"type":"request_too_large"/);
    assert.equal(upstream.hits.length, 1);
  });

  it('refuses a body of unknown length beyond the limit', async () => {
    const small = await startModelDoor({ upstream: upstream.url, maxBodyBytes: 1000 });
    after(() => small.close());
    const status = await new Promise((resolve, reject) => {
      const request = httpRequest(`${small.url}/v1/messages`, { method: 'POST', headers: { authorization: `Bearer ${MACHINE_TOKEN}` } });
      request.once('response', (response) => resolve(response.resume().statusCode)).once('error', reject);
      for (let part = 0; part < 5; part += 1) request.write('x'.repeat(500));
      request.end();
    });

    assert.equal(status, 413);
    await small.close();
  });

  it('reads no faster than the caller does, and lets a caller go that reads nothing', async () => {
    const slow = await startModelDoor({ upstream: upstream.url, readerStallMs: 300 });
    const before = process.memoryUsage().rss;
    const request = httpRequest(`${slow.url}/v1/messages`, { method: 'POST', headers: { authorization: `Bearer ${MACHINE_TOKEN}` } });
    request.on('error', () => {});
    request.end(ODD_BODY(MODELS.anthropic, 'huge', true));
    await new Promise((resolve) => request.once('response', (response) => resolve(response.pause())));

    const seenAt = await Promise.race([onlyHitSoon(), new Promise<never>((_, reject) => setTimeout(() => reject(new Error('still held')), 5_000).unref())]);

    assert.ok(seenAt > 0);
    assert.ok(process.memoryUsage().rss - before < 100 << 20, 'of the 50 MB little was held');
    request.destroy();
    await slow.close();
  });

  async function onlyHitSoon(): Promise<number> {
    while (upstream.hits.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    return onlyHit().left;
  }

  it('ends a running stream in the dialect when its machine falls', async () => {
    const pending = ask('anthropic', 'slow');
    while (upstream.hits.length === 0) await new Promise((resolve) => setTimeout(resolve, 2));
    await new Promise((resolve) => setTimeout(resolve, 60));
    door.fallen.set(MACHINE_TOKEN, 'revoked');
    door.running.onAnnouncement({ type: 'machine-revoked', machineId: 'machine-1' });

    const { body, broken } = await pending;

    assert.equal(broken, true);
    assert.match(body.toString(), /event: error\ndata: \{"type":"error","error":\{"type":"authentication_error","message":"machine revoked/);
    await onlyHit().left;
    assert.equal((await settled()).outcome, 'stopped');
  });

  it('sends new callers away while it drains, and lets running streams end', async () => {
    const running = ask('anthropic', 'slow');
    while (upstream.hits.length === 0) await new Promise((resolve) => setTimeout(resolve, 2));
    door.door.startDraining();

    const refused = await ask('anthropic', 'hi');
    const refusedOpenAi = await ask('openai', 'hi');

    assert.deepEqual([refused.status, refusedOpenAi.status], [529, 503]);
    assert.equal(refused.headers['retry-after'], '2');
    assert.equal((await running).body.toString(), ANTHROPIC_STREAM.join(''));
  });
});
