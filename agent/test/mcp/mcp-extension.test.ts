import assert from 'node:assert/strict';
import { createMcpConnection, type McpConnection } from '../../src/mcp/mcp-connection.ts';
import { createMcpExtension, type AgentTool } from '../../src/mcp/mcp-extension.ts';
import { useCleanUp, type Defer } from '../support/clean-up.ts';
import { startMcpServer } from '../support/mcp-server.ts';
import { scripted } from '../support/upstream-script.ts';
import { startUpstream } from '../support/upstream.ts';
import { startPiDriver, startTestSession } from '../support/pi-driver.ts';

function connectTo(defer: Defer, url: string, token = 'team-key'): McpConnection {
  const connection = createMcpConnection({
    url,
    token: () => token,
    client: { name: 'test', version: '1' },
    connectMs: 2000,
    callMs: 2000,
  });
  defer(() => connection.close());
  return connection;
}

async function toolsOf(
  connection: McpConnection,
  warnings: string[] = [],
  now = () => 0,
): Promise<AgentTool[]> {
  const tools: AgentTool[] = [];
  await createMcpExtension({ connection, warn: (message) => warnings.push(message), now })({
    registerTool: (tool) => tools.push(tool),
  });
  return tools;
}

describe("the team's MCP tools", function () {
  this.timeout(15_000);
  const defer = useCleanUp();

  it('are offered to the agent, save those that would take the place of its own', async () => {
    const server = await startMcpServer(defer);

    const tools = await toolsOf(connectTo(defer, server.url));

    assert.deepEqual(
      tools.map((tool) => [tool.name, tool.label]),
      [
        ['echo', 'Echo'],
        ['fail', 'fail'],
      ],
    );
  });

  it('answer with text cut at 20,000 characters and a note', async () => {
    const server = await startMcpServer(defer);
    const [echo] = await toolsOf(connectTo(defer, server.url));

    const result = await echo?.execute('1', { text: 'x'.repeat(25_000) }, undefined);

    const [block] = result?.content ?? [];
    assert.ok(block?.type === 'text' && block.text.startsWith('x'.repeat(20_000)));
    assert.match(block.text, /\[5000 of 25000 characters left out/);
  });

  it('fail as tools fail', async () => {
    const server = await startMcpServer(defer);
    const [, fail] = await toolsOf(connectTo(defer, server.url));

    await assert.rejects(async () => fail?.execute('1', {}, undefined), /it failed/);
  });

  it('cost one warning and a minute of peace when the endpoint is unreachable or refuses', async () => {
    const server = await startMcpServer(defer);
    for (const connection of [
      connectTo(defer, 'http://127.0.0.1:9/mcp'),
      connectTo(defer, server.url, 'wrong'),
    ]) {
      const warnings: string[] = [];
      let now = 0;
      const extension = createMcpExtension({
        connection,
        warn: (message) => warnings.push(message),
        now: () => now,
      });
      const registered: string[] = [];
      const pi = { registerTool: (tool: AgentTool) => registered.push(tool.name) };

      await extension(pi);
      await extension(pi);
      now = 61_000;
      await extension(pi);

      assert.equal(warnings.length, 1);
      assert.match(warnings[0] ?? '', /starts without them/);
      assert.deepEqual(registered, []);
    }
  });

  it('work again after the server forgot the connection', async () => {
    const server = await startMcpServer(defer);
    let token = 'team-key';
    const connection = createMcpConnection({
      url: server.url,
      token: () => token,
      client: { name: 'test', version: '1' },
      connectMs: 2000,
      callMs: 2000,
    });
    defer(() => connection.close());
    assert.equal((await connection.listTools()).length, 3);

    token = 'wrong';
    await assert.rejects(connection.callTool('echo', { text: 'a' }));
    token = 'team-key';

    assert.deepEqual((await connection.callTool('echo', { text: 'a' })).content, [
      { type: 'text', text: 'a' },
    ]);
  });

  it('are used by pi in the daemon', async () => {
    const server = await startMcpServer(defer);
    const upstream = await startUpstream(defer);
    const extension = createMcpExtension({
      connection: connectTo(defer, server.url),
      warn: () => {},
      now: Date.now,
    });
    const session = await startTestSession(defer, startPiDriver(defer, upstream, { tools: [extension] }));

    await session.ask(
      scripted({ tools: [{ name: 'echo', args: { text: 'from the team' } }] }, { text: 'ok' }),
    );

    assert.equal(session.of('tool_result')[0]?.text, 'from the team');
    assert.ok(server.calls.includes('tools/call'));
  });
});
