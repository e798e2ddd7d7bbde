/** The whole machine with its real agent: `spectral serve` as a process, a relay, and a gateway that speaks for a model. */
import assert from 'node:assert/strict';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { ProjectInfo, SessionInfo } from '@spectral/proto/wire';
import { writeConfigFile } from '../../src/settings/config-file.ts';
import { pathsIn } from '../../src/settings/paths.ts';
import { useCleanUp, type Defer } from '../support/clean-up.ts';
import { startFakeGateway, TEAM_KEY } from '../support/fake-gateway.ts';
import { startFakeRelay, type FakeMachine } from '../support/fake-relay.ts';
import { CLAUDE, MODELS } from '../support/pi-driver.ts';
import { seenBy } from '../support/session-reader.ts';
import { runSpectral } from '../support/spectral-command.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';
import { scripted } from '../support/upstream-script.ts';
import { startUpstream, type Upstream } from '../support/upstream.ts';
import { waitUntil } from '../support/wait-until.ts';

describe('spectral serve with pi', function () {
  this.timeout(30_000);
  const defer = useCleanUp();

  it('runs a turn with tools through the gateway, ends a running one on SIGTERM, and leaves nothing behind', async () => {
    const upstream = await startUpstream(defer);
    const { machine, running, configDir } = await serveWithPi(defer, upstream);
    const { session, path } = await newSession(machine, configDir);
    machine.open(7, session.id);

    await prompt(
      machine,
      session,
      scripted(
        { tools: [{ name: 'bash', args: { command: 'echo made > by-agent.txt; pwd' } }] },
        { text: 'all done' },
      ),
    );
    const events = await waitUntil(
      'the turn ends',
      () => {
        const seen = seenBy(machine, 7, session.id).events;
        return seen.some((event) => event.type === 'agent_end') && seen;
      },
      15_000,
    );

    assert.equal(readFileSync(join(path, 'by-agent.txt'), 'utf8'), 'made\n');
    const [end] = events.filter((event) => event.type === 'agent_end');
    assert.equal(end?.type === 'agent_end' && end.reason, 'done');
    assert.ok(events.some((event) => event.type === 'tool_result' && event.text.includes(path)));
    assert.ok(events.some((event) => event.type === 'token_usage' && event.usage.cost !== null));
    assert.equal(upstream.requests[0]?.headers['x-api-key'], 'machine-token-1');

    await prompt(
      machine,
      session,
      scripted({ tools: [{ name: 'bash', args: { command: 'echo pid $$; exec sleep 300' } }] }),
    );
    const pid = await waitUntil('the command runs', () => runningCommand(machine, session));
    running.child.kill('SIGTERM');

    assert.equal(await running.ended, 0, running.output.stderr);
    assert.throws(() => process.kill(pid, 0), 'the command is gone');
    assert.deepEqual(readdirSync(join(configDir, 'tmp')), []);
  });
});

/** A machine whose gateway answers as `fake-gateway.ts` does, and passes what is meant for a model to the upstream. */
async function serveWithPi(defer: Defer, upstream: Upstream) {
  const configDir = temporaryDirectory(defer);
  const gateway = await startFakeGateway(defer);
  const relay = await startFakeRelay(defer);
  gateway.relayUrl = relay.url;
  gateway.models = [...MODELS];
  const backendUrl = await startFront(defer, (path) =>
    /^\/v1\/(messages|chat)/.test(path) ? upstream.url : gateway.url,
  );
  writeConfigFile(pathsIn(configDir).config, { mcpUrl: `${backendUrl}/mcp`, teamApiKey: TEAM_KEY });
  const running = runSpectral(defer, ['serve', '--machine-name', 'alpha'], {
    configDir,
    env: { SPECTRAL_DRIVER: 'pi' },
  });
  const machine = await relay.machine();
  machine.say({ kind: 'peer_joined', peer: 7, actor: { userId: 'u1', name: 'Ada' } });
  return { machine, running, configDir };
}

/** One origin before several servers. */
async function startFront(defer: Defer, targetOf: (path: string) => string): Promise<string> {
  const server = createServer((request, response) => {
    passOn(targetOf(request.url ?? ''), request, response).catch(() => response.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  defer(() => new Promise((resolve) => (server.close(resolve), server.closeAllConnections())));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

async function passOn(target: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const chunks: Buffer[] = [];
  for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
  const headers = Object.entries(request.headers).filter(([name]) =>
    /^(authorization|x-api-key|content-type|accept)$/.test(name),
  ) as [string, string][];
  const { method = 'GET' } = request;
  const answer = await fetch(target + (request.url ?? ''), {
    method,
    headers,
    ...(method === 'GET' ? {} : { body: Buffer.concat(chunks) }),
  });
  response.writeHead(answer.status, { 'content-type': answer.headers.get('content-type') ?? 'text/plain' });
  for await (const chunk of answer.body ?? []) response.write(chunk);
  response.end();
}

async function newSession(
  machine: FakeMachine,
  configDir: string,
): Promise<{ session: SessionInfo; path: string }> {
  const path = join(configDir, 'work');
  mkdirSync(path);
  const { project } = (await machine.request('POST', '/api/projects', { path })).body as {
    project: ProjectInfo;
  };
  const made = await machine.request('POST', `/api/projects/${project.id}/sessions`, {
    modelId: CLAUDE,
    title: 'Test',
  });
  return { session: (made.body as { session: SessionInfo }).session, path };
}

async function prompt(machine: FakeMachine, session: SessionInfo, content: string): Promise<void> {
  const answer = await machine.request('POST', `/api/sessions/${session.id}/prompts`, {
    content,
    modelId: CLAUDE,
  });
  assert.ok(answer.status < 300, JSON.stringify(answer));
}

function runningCommand(machine: FakeMachine, session: SessionInfo): number | null {
  const progress = seenBy(machine, 7, session.id).events.findLast((event) => event.type === 'tool_progress');
  const found = progress?.type === 'tool_progress' ? /pid (\d+)/.exec(progress.text) : null;
  return found ? Number(found[1]) : null;
}
