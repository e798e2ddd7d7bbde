import assert from 'node:assert/strict';
import Anthropic from '@anthropic-ai/sdk';
import { openModelRoom } from '../src/model-room.ts';
import { apiClient, assertRefused } from './support/api-client.ts';
import { newMember, owner } from './support/people.ts';
import { startTestGateway, type TestGateway } from './support/start-gateway.ts';
import { startMockUpstream, type MockUpstream } from './support/mock-upstream.ts';

const startGatewayWithModels = (env: Record<string, string>) =>
  startTestGateway(env, { rooms: [openModelRoom] });
const REGISTRATION = { name: 'box', hostname: 'box.local', version: '0.1.0', pid: 1 };

describe('models in a whole gateway', () => {
  let upstream: MockUpstream;
  let gateway: TestGateway;
  let token: string;
  let machineId: string;

  beforeEach(async () => {
    upstream = await startMockUpstream();
    gateway = await startGatewayWithModels({
      ANTHROPIC_API_KEY: 'sk-central',
      ANTHROPIC_BASE_URL: upstream.url,
      OPENAI_API_KEY: 'sk-central',
      OPENAI_BASE_URL: `${upstream.url}/v1`,
      SPECTRAL_DEMO: 'on',
      SPECTRAL_DEMO_DELAY_MS: '0',
      SPECTRAL_DEMO_PIECE_MS: '0',
    });
    const enrolled = await apiClient(gateway.url, {
      authorization: `Bearer ${gateway.firstRun.teamKey}`,
    }).post('/api/machines', REGISTRATION);
    token = enrolled.body.token;
    machineId = enrolled.body.machine.id;
  });
  afterEach(async () => {
    await gateway.close();
    await upstream.close();
  });

  const v1 = () => apiClient(gateway.url, { authorization: `Bearer ${token}` });
  const ask = (model: string, words = 'hi') =>
    v1().post('/v1/messages', { model, max_tokens: 10, messages: [{ role: 'user', content: words }] });

  it('streams an answer of the demo model to a machine, and the team sees what it used', async () => {
    const client = new Anthropic({ baseURL: gateway.url, apiKey: token, maxRetries: 0 });
    const message = await client.messages
      .stream({
        model: 'spectral-demo',
        max_tokens: 10,
        messages: [{ role: 'user', content: 'hello there' }],
      })
      .finalMessage();

    assert.match(JSON.stringify(message.content), /hello there/);
    const { api, teamId } = await owner(gateway);
    const { body } = await api.get(`/api/teams/${teamId}/usage?days=7`);
    assert.equal(body.total.calls, 1);
    assert.equal(body.total.outputTokens, message.usage.output_tokens);
    assert.deepEqual(
      body.byModel.map((row: { modelId: string }) => row.modelId),
      ['spectral-demo'],
    );
    assert.deepEqual(
      body.byMachine.map((row: { machineName: string }) => row.machineName),
      ['box'],
    );
    assert.equal(body.byDay.length, 1);
  });

  it('is recorded when the caller sees the end, at the exact price', async () => {
    const { status } = await ask('claude-haiku-4-5');

    const { api, teamId } = await owner(gateway);
    const { body } = await api.get(`/api/teams/${teamId}/usage`);
    assert.equal(status, 200);
    assert.equal(body.total.cost, 0.0035, '1,000 in at 1 USD and 500 out at 5 USD a million');
    assert.equal(body.total.unpriced, 0);
  });

  it('holds a changed whitelist at once, without a call upstream', async () => {
    const { api, teamId } = await owner(gateway);
    assert.equal((await ask('claude-haiku-4-5')).status, 200);
    const put = await api.put(`/api/teams/${teamId}/models`, { granted: ['spectral-demo'] });
    const hits = upstream.hits.length;

    const { status, body } = await ask('claude-haiku-4-5');

    assert.equal(put.status, 200);
    assert.deepEqual([status, body.type, body.error.type], [403, 'error', 'permission_error']);
    assert.equal(upstream.hits.length, hits);
    const list = await v1().get('/v1/models');
    assert.deepEqual(
      list.body.data.map((model: { id: string }) => model.id),
      ['spectral-demo'],
    );
  });

  it('lists models in the shape each client expects', async () => {
    const openai = await v1().get('/v1/models');
    const anthropic = await v1().get('/v1/models', { 'anthropic-version': '2023-06-01' });
    const agent = await v1().get('/v1/models', { accept: 'application/vnd.spectral.models+json' });
    const one = await v1().get('/v1/models/claude-haiku-4-5', { 'anthropic-version': '2023-06-01' });

    assert.equal(openai.body.object, 'list');
    assert.equal(openai.body.data[0].object, 'model');
    assert.equal(anthropic.body.data[0].type, 'model');
    assert.equal(anthropic.body.has_more, false);
    assert.equal(one.body.display_name, 'Claude Haiku 4.5 (latest)');
    const haiku = agent.body.models.find((model: { id: string }) => model.id === 'claude-haiku-4-5');
    assert.equal(agent.headers.get('content-type'), 'application/vnd.spectral.models+json');
    assert.deepEqual(
      [haiku.contextWindow, haiku.maxOutput, haiku.price.output, haiku.kind],
      [200_000, 64_000, 5, 'base'],
    );
    for (const model of agent.body.models)
      assert.ok(model.contextWindow > 0 && model.maxOutput > 0, `${model.id} has limits`);
  });

  it("calls a team's own model with the team's key, under the name it has there", async () => {
    const { api, teamId } = await owner(gateway);
    const model = {
      modelId: 'team/llm',
      displayName: 'Our LLM',
      baseUrl: `${upstream.url}/v1`,
      upstreamModel: 'real-name',
      apiKey: 'sk-team',
      api: 'openai-completions',
      contextWindow: 8192,
      maxOutput: 1024,
    };
    const refused = await api.post(`/api/teams/${teamId}/user-models`, model);
    assertRefused(refused, 400, 'bad-input');

    await gateway.close();
    gateway = await startGatewayWithModels({ SPECTRAL_PRIVATE_MODELS: 'true', SPECTRAL_DEMO: 'off' });
    const enrolled = await apiClient(gateway.url, {
      authorization: `Bearer ${gateway.firstRun.teamKey}`,
    }).post('/api/machines', REGISTRATION);
    token = enrolled.body.token;
    const boss = await owner(gateway);
    const added = await boss.api.post(`/api/teams/${boss.teamId}/user-models`, model);
    const { status, body } = await v1().post('/v1/chat/completions', {
      model: 'team/llm',
      messages: [{ role: 'user', content: 'hi' }],
    });

    assert.equal(added.status, 201, JSON.stringify(added.body));
    assert.equal(added.body.userModel.hasKey, true);
    assert.doesNotMatch(JSON.stringify(added.body), /sk-team/);
    assert.equal(status, 200, JSON.stringify(body));
    assert.equal(upstream.hits[0]?.headers.authorization, 'Bearer sk-team');
    assert.equal(upstream.hits[0]?.url, '/v1/chat/completions');
    assert.match(upstream.hits[0]?.body.toString() ?? '', /^\{"model":"real-name",/);
    const usage = await boss.api.get(`/api/teams/${boss.teamId}/usage`);
    assert.equal(usage.body.total.unpriced, 1, 'an unknown price is shown as unknown');

    const rowId = added.body.userModel.rowId;
    const changed = await boss.api.patch(`/api/teams/${boss.teamId}/user-models/${rowId}`, {
      displayName: 'Renamed',
      apiKey: '',
    });
    assert.deepEqual(
      [
        changed.body.userModel.displayName,
        changed.body.userModel.hasKey,
        changed.body.userModel.contextWindow,
      ],
      ['Renamed', false, 8192],
    );
    assertRefused(await boss.api.post(`/api/teams/${boss.teamId}/user-models`, model), 409, 'conflict');
    assert.equal((await boss.api.delete(`/api/teams/${boss.teamId}/user-models/${rowId}`)).status, 200);
    assert.equal((await v1().post('/v1/chat/completions', { model: 'team/llm', messages: [] })).status, 404);
  });

  it('lets members look and only owners and admins choose', async () => {
    const { api, teamId } = await owner(gateway);
    const { api: member } = await newMember(gateway, api, { teamId });

    assert.equal((await member.get(`/api/teams/${teamId}/models`)).status, 200);
    assertRefused(await member.put(`/api/teams/${teamId}/models`, { granted: [] }), 403, 'forbidden');
    assertRefused(
      await api.put(`/api/teams/${teamId}/models`, { granted: ['no-such-model'] }),
      400,
      'bad-input',
    );
    assertRefused(await gateway.stranger().get(`/api/teams/${teamId}/usage`), 401, 'unauthenticated');
    assertRefused(await api.get(`/api/teams/${teamId}/usage?days=0`), 400, 'bad-input');
  });

  it('takes no cookie, team key or revoked machine at /v1', async () => {
    const { api } = await owner(gateway);
    const request = { model: 'spectral-demo', max_tokens: 5, messages: [] };

    assert.equal((await api.post('/v1/messages', request)).status, 401);
    assert.equal(
      (await apiClient(gateway.url, { 'x-api-key': gateway.firstRun.teamKey }).post('/v1/messages', request))
        .status,
      401,
    );
    assert.equal((await apiClient(gateway.url, { 'x-api-key': token }).get('/v1/models')).status, 200);
    assert.equal((await api.delete(`/api/machines/${machineId}`)).status, 200);
    const { status, body, headers } = await v1().post('/v1/messages', request);
    assert.equal(status, 401);
    assert.match(body.error.message, /machine revoked/);
    assert.equal(headers.get('x-should-retry'), 'false');
  });

  it('ends a running stream when its machine is revoked', async () => {
    const { api } = await owner(gateway);
    const client = new Anthropic({ baseURL: gateway.url, apiKey: token, maxRetries: 0 });
    const stream = client.messages.stream({
      model: 'spectral-demo',
      max_tokens: 5,
      messages: [{ role: 'user', content: 'demo: slow 20' }],
    });
    await new Promise((resolve) => stream.once('text', resolve).once('error', resolve));

    await api.delete(`/api/machines/${machineId}`);

    await assert.rejects(stream.finalMessage(), /machine revoked/);
  });
});
