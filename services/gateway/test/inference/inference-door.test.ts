import assert from 'node:assert/strict';
import { gzipSync } from 'node:zlib';
import { baseModelRoutes } from '../../src/models/providers.ts';
import { ANTHROPIC_STREAM, startMockUpstream, type MockUpstream } from '../support/mock-upstream.ts';
import {
  MODELS,
  oddBody,
  openRequest,
  PATHS,
  post,
  settledCall,
  type DoorDialect,
} from '../support/door-client.ts';
import { CENTRAL_KEY, MACHINE_TOKEN, startModelDoor, type ModelDoor } from '../support/model-door.ts';

const NO_PROVIDER = {
  anthropic: { apiKey: null, baseUrl: 'https://api.anthropic.com' },
  openai: { apiKey: null, baseUrl: 'https://api.openai.com/v1' },
};

describe('the model door', () => {
  let upstream: MockUpstream;
  let door: ModelDoor;

  beforeEach(async () => {
    upstream = await startMockUpstream();
    door = await startModelDoor({ upstream: upstream.url });
  });
  afterEach(async () => {
    await door.close();
    await upstream.close();
  });

  const ask = (dialect: DoorDialect, words: string, stream = true, headers: Record<string, string> = {}) =>
    post(door, PATHS[dialect], oddBody(MODELS[dialect], words, stream), headers);
  const onlyHit = () => {
    assert.equal(upstream.hits.length, 1);
    const [hit] = upstream.hits;
    assert.ok(hit);
    return hit;
  };

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
    for (const secret of [
      MACHINE_TOKEN,
      'secret-login',
      'wrkspc_1',
      'org"',
      '10.1.2.3',
      'of this connection',
    ])
      assert.ok(!said.includes(secret), secret);
    assert.deepEqual([headers['x-api-key'], headers.authorization], [CENTRAL_KEY, undefined]);
    assert.deepEqual(
      [headers['anthropic-version'], headers['anthropic-beta'], headers['x-stainless-lang']],
      ['2026-10-21', 'a,b', 'js'],
    );
    assert.equal(headers['accept-encoding'], 'identity');
  });

  it("keeps the upstream's own affairs from the caller, and its request id with it", async () => {
    const { headers } = await ask('anthropic', 'hi');

    assert.deepEqual(
      [headers['set-cookie'], headers['server'], headers['cf-ray']],
      [undefined, undefined, undefined],
    );
    assert.equal(headers['anthropic-ratelimit-requests-remaining'], '7');
    assert.equal(headers['request-id'], 'req_upstream');
    assert.match(String(headers['x-spectral-request-id']), /^[a-z]{27}$/);
  });

  it('hits no upstream for a model that is not granted, wherever it is named', async () => {
    const refusals: [string, string, number][] = [
      [PATHS.anthropic, '{"model":"claude-opus-4-5","messages":[]}', 403],
      [PATHS.anthropic, '{"model":"no-such","messages":[]}', 404],
      [
        PATHS.anthropic,
        '{"model":"claude-haiku-4-5","fallbacks":[{"model":"claude-opus-4-5"}],"messages":[]}',
        403,
      ],
      [
        PATHS.anthropic,
        '{"model":"claude-haiku-4-5","tools":[{"type":"advisor_1","model":"claude-opus-4-5"}],"messages":[]}',
        403,
      ],
      [PATHS.anthropic, '{"model":"claude-haiku-4-5","model":"claude-opus-4-5","messages":[]}', 400],
      [PATHS.anthropic, '{"model":"claude-haiku-4-5","\\u006dodel":"claude-opus-4-5","messages":[]}', 400],
      ['/v1/messages?model=claude-opus-4-5', oddBody('claude-haiku-4-5', 'hi', true), 400],
      ['/v1/messages?%6Dodel=claude-opus-4-5', oddBody('claude-haiku-4-5', 'hi', true), 400],
      [PATHS.anthropic, oddBody('gpt-4o', 'hi', true), 400],
      [PATHS.openai, oddBody('claude-haiku-4-5', 'hi', true), 400],
      [PATHS.openai, '{"model":"gpt-4o","models":["gpt-4.1"],"messages":[]}', 403],
      [PATHS.openai, '{"model":"gpt-4o:online","messages":[]}', 404],
      [PATHS.openai, 'not json', 400],
      [PATHS.openai, '', 400],
    ];

    for (const [path, body, status] of refusals) {
      const answer = await post(door, path, body);
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
    for (const headers of [
      { authorization: '' },
      { authorization: 'Bearer wrong' },
      { authorization: '', cookie: `spectral=${MACHINE_TOKEN}` },
    ]) {
      const { status, body } = await ask('anthropic', 'hi', true, headers);

      assert.equal(status, 401);
      assert.match(body.toString(), /authentication_error.*invalid machine token/);
    }
    assert.equal(upstream.hits.length, 0);
  });

  it('passes a compressed body as it is, after a look at its model', async () => {
    const body = gzipSync(oddBody(MODELS.anthropic, 'hi', true));
    const passed = await post(door, PATHS.anthropic, body, { 'content-encoding': 'gzip' });
    const refused = await post(door, PATHS.anthropic, gzipSync(oddBody('claude-opus-4-5', 'hi', true)), {
      'content-encoding': 'gzip',
    });
    const odd = await post(door, PATHS.anthropic, body, { 'content-encoding': 'lzma' });
    const broken = await post(door, PATHS.anthropic, 'not gzip', { 'content-encoding': 'gzip' });

    assert.equal(passed.body.toString(), ANTHROPIC_STREAM.join(''));
    const hit = onlyHit();
    assert.ok(hit.body.equals(body));
    assert.equal(hit.headers['content-encoding'], 'gzip');
    assert.deepEqual([refused.status, odd.status, broken.status], [403, 400, 400]);
  });

  it('counts tokens at the upstream without recording a call', async () => {
    const { status, body } = await post(
      door,
      '/v1/messages/count_tokens',
      oddBody(MODELS.anthropic, 'hi', false),
    );

    assert.deepEqual([status, body.toString()], [200, '{"input_tokens":42}']);
    assert.equal(door.ledger.calls.size, 0);
  });

  it("does not connect to a team's endpoint at an address that is not allowed", async () => {
    const [route] = [
      ...baseModelRoutes({ ...NO_PROVIDER, demoUrl: upstream.url }, { modelsOf: () => [] }).values(),
    ];
    assert.ok(route);
    const team = {
      ...route,
      model: { ...route.model, id: 'team/llm' },
      upstream: { ...route.upstream, trust: 'team' as const },
    };
    const guarded = await startModelDoor({ upstream: upstream.url, routes: [team] });

    const { status, body } = await post(guarded, PATHS.anthropic, oddBody('team/llm', 'hi', true));

    await guarded.close();
    assert.equal(status, 400);
    assert.match(body.toString(), /may not connect/);
    assert.equal(upstream.hits.length, 0);
  });

  it('passes what is not its own on', async () => {
    for (const path of ['/api/x', '/v1/Messages', '/v1/messages/'])
      assert.equal((await post(door, path, '{}')).body.toString(), 'elsewhere');
  });

  it('takes a body of many megabytes and refuses one beyond the limit, telling why', async () => {
    const big = (megabytes: number) =>
      Buffer.from(
        `{"model":"claude-haiku-4-5","stream":true,"messages":[{"role":"user","content":"${'a'.repeat(megabytes << 20)}"}]}`,
      );

    assert.equal((await post(door, PATHS.anthropic, big(20))).status, 200);
    const refused = await post(door, PATHS.anthropic, big(33));

    assert.equal(refused.status, 413);
    assert.match(refused.body.toString(), /"type":"request_too_large"/);
    assert.equal(upstream.hits.length, 1);
  });

  it('refuses a body of unknown length beyond the limit', async () => {
    const small = await startModelDoor({ upstream: upstream.url, maxBodyBytes: 1000 });
    after(() => small.close());
    const status = await new Promise((resolve, reject) => {
      const request = openRequest(small, '/v1/messages');
      request.once('response', (response) => resolve(response.resume().statusCode)).once('error', reject);
      for (let part = 0; part < 5; part += 1) request.write('x'.repeat(500));
      request.end();
    });

    assert.equal(status, 413);
    await small.close();
  });

  it('ends a running stream in the dialect when its machine falls', async () => {
    const pending = ask('anthropic', 'slow');
    while (upstream.hits.length === 0) await new Promise((resolve) => setTimeout(resolve, 2));
    await new Promise((resolve) => setTimeout(resolve, 60));
    door.fallen.set(MACHINE_TOKEN, 'revoked');
    door.running.onAnnouncement({ type: 'machine-revoked', machineId: 'machine-1' });

    const { body, broken } = await pending;

    assert.equal(broken, true);
    assert.match(
      body.toString(),
      /event: error\ndata: \{"type":"error","error":\{"type":"authentication_error","message":"machine revoked/,
    );
    await onlyHit().left;
    assert.equal((await settledCall(door)).outcome, 'stopped');
  });

  it('lets a machine have so many calls at once', async () => {
    const narrow = await startModelDoor({ upstream: upstream.url, maxCallsPerMachine: 1 });
    const running = post(narrow, PATHS.anthropic, oddBody(MODELS.anthropic, 'slow', true));
    while (upstream.hits.length === 0) await new Promise((resolve) => setTimeout(resolve, 2));

    const refused = await post(narrow, PATHS.anthropic, oddBody(MODELS.anthropic, 'hi', true));

    assert.deepEqual([refused.status, refused.headers['retry-after']], [429, '2']);
    assert.equal((await running).status, 200);
    assert.equal((await post(narrow, PATHS.anthropic, oddBody(MODELS.anthropic, 'hi', true))).status, 200);
    await narrow.close();
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
