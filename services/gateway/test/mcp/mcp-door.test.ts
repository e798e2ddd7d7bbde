import assert from 'node:assert/strict';
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { openModelRoom } from '../../src/model-room.ts';
import { apiClient } from '../support/api-client.ts';
import { owner, userTokenOf } from '../support/people.ts';
import { startTestGateway, type TestGateway } from '../support/start-gateway.ts';

const INITIALIZE = {
  jsonrpc: '2.0',
  id: 1,
  method: 'initialize',
  params: { protocolVersion: '2025-06-18', capabilities: {}, clientInfo: { name: 'test', version: '1' } },
};
const ACCEPT = { accept: 'application/json, text/event-stream' };

describe('/mcp', () => {
  let gateway: TestGateway;

  beforeEach(async () => {
    gateway = await startTestGateway({ SPECTRAL_DEMO: 'on' }, { rooms: [openModelRoom] });
  });
  afterEach(() => gateway.close());

  const enrol = async (name: string) => {
    const answer = await apiClient(gateway.url, { authorization: `Bearer ${gateway.firstRun.teamKey}` }).post(
      '/api/machines',
      { name, hostname: `${name}.local`, version: '1', pid: 1 },
    );
    return answer.body.token as string;
  };

  async function connected(token: string): Promise<Client> {
    const client = new Client({ name: 'test', version: '1' });
    await client.connect(
      new StreamableHTTPClientTransport(new URL('/mcp', gateway.url), {
        authProvider: { token: async () => token },
      }),
    );
    return client;
  }
  const textOf = (result: Awaited<ReturnType<Client['callTool']>>): string => {
    const [first] = result.content as { type: string; text: string }[];
    return first?.text ?? '';
  };

  it('gives an agent its tools, and the facts of its team', async () => {
    const client = await connected(await enrol('builder'));

    const { tools } = await client.listTools();
    const machines = textOf(await client.callTool({ name: 'list_machines', arguments: {} }));
    const online = textOf(await client.callTool({ name: 'list_machines', arguments: { onlineOnly: true } }));
    const models = textOf(await client.callTool({ name: 'list_models', arguments: {} }));
    const usage = textOf(await client.callTool({ name: 'usage_summary', arguments: { days: 7 } }));
    await client.ping();
    await client.close();

    assert.deepEqual(
      tools.map(({ name }) => name),
      ['list_machines', 'list_models', 'usage_summary'],
    );
    assert.match(machines, /"name": "builder"[\s\S]*"online": false/);
    assert.deepEqual(JSON.parse(online), []);
    assert.match(models, /spectral-demo/);
    assert.match(usage, /"calls": 0/);
  });

  it('takes a team key and a user token too', async () => {
    const { api } = await owner(gateway);
    for (const token of [gateway.firstRun.teamKey, await userTokenOf(gateway, api)]) {
      const client = await connected(token);
      assert.match(textOf(await client.callTool({ name: 'list_models', arguments: {} })), /spectral-demo/);
      await client.close();
    }
  });

  it('answers a plain initialize, as the login command sends it', async () => {
    const { status, body } = await apiClient(gateway.url, {
      ...ACCEPT,
      authorization: `Bearer ${gateway.firstRun.teamKey}`,
    }).post('/mcp', INITIALIZE);

    assert.equal(status, 200);
    const text = typeof body === 'string' ? body.slice(body.indexOf('{')) : JSON.stringify(body);
    assert.equal(JSON.parse(text).result.serverInfo.name, 'spectral');
  });

  it('answers a bad key with 401 and says why', async () => {
    for (const headers of [{ ...ACCEPT, authorization: 'Bearer sk-spectral-team-wrong' }, ACCEPT]) {
      const {
        status,
        body,
        headers: answered,
      } = await apiClient(gateway.url, headers).post('/mcp', INITIALIZE);

      assert.equal(status, 401);
      assert.equal(body.jsonrpc, '2.0');
      assert.ok(body.error.message.length > 10);
      assert.match(String(answered.get('www-authenticate')), /^Bearer/);
    }
  });

  it('tells a tool error from a protocol error', async () => {
    const client = await connected(gateway.firstRun.teamKey);

    const wrongArguments = await client
      .callTool({ name: 'usage_summary', arguments: { days: 0 } })
      .catch((error: unknown) => error);
    const wrongTool = await client
      .callTool({ name: 'nothing', arguments: {} })
      .catch((error: unknown) => error);
    await client.close();

    assert.ok(wrongArguments instanceof Error || (wrongArguments as { isError?: boolean }).isError);
    assert.ok(wrongTool instanceof Error || (wrongTool as { isError?: boolean }).isError);
  });
});
