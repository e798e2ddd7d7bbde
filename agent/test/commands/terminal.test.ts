import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { piArguments } from '../../src/commands/terminal-arguments.ts';
import { useCleanUp, type Defer } from '../support/clean-up.ts';
import { startMcpServer } from '../support/mcp-server.ts';
import { newDirectory } from '../support/pi-driver.ts';
import { scripted } from '../support/upstream-script.ts';
import { startUpstream } from '../support/upstream.ts';
import { waitUntil } from '../support/wait-until.ts';

const ENTRY = fileURLToPath(new URL('../support/run-terminal.ts', import.meta.url));

describe('arguments for pi in a terminal', () => {
  it('are the person’s own behind our extension', () => {
    assert.deepEqual(piArguments([], 'x.ts'), ['-e', 'x.ts']);
    assert.deepEqual(piArguments(['-p', 'list the files'], 'x.ts'), ['-e', 'x.ts', '-p', 'list the files']);
  });

  it('are left alone where pi would mistake them, or needs no tools', () => {
    for (const argv of [['list'], ['install', 'a'], ['config'], ['--help'], ['--list-models']])
      assert.deepEqual(piArguments(argv, 'x.ts'), argv);
  });
});

describe('spectral in a terminal', function () {
  this.timeout(30_000);
  const defer = useCleanUp();

  it('prints pi’s help', async () => {
    const run = await finish(start(defer, ['--help'], newDirectory(defer, 'home')));

    assert.equal(run.code, 0);
    assert.match(run.stdout, /pi install/);
  });

  it('forwards words verbatim, loads the team’s tools, and gives pi’s answer and exit code', async () => {
    const server = await startMcpServer(defer);
    const upstream = await startUpstream(defer);
    const home = homeWithModel(defer, upstream.url, server.url);

    const run = await finish(
      start(
        defer,
        [
          '--model',
          'mock/m',
          '-p',
          scripted({ tools: [{ name: 'echo', args: { text: 'team word' } }] }, { text: 'said  "it"' }),
        ],
        home,
      ),
    );

    assert.equal(run.code, 0, run.stderr);
    assert.equal(run.stdout.trim(), 'said  "it"');
    assert.match(upstream.requests[1]?.text ?? '', /team word/);
  });

  it('starts without the team’s tools when nobody has logged in, with one line saying so', async () => {
    const upstream = await startUpstream(defer);
    const home = homeWithModel(defer, upstream.url, null);

    const run = await finish(start(defer, ['--model', 'mock/m', '-p', 'hi'], home));

    assert.equal(run.stdout.trim(), 'hello');
    assert.deepEqual(
      run.stderr
        .trim()
        .split('\n')
        .filter((line) => line.startsWith('spectral:')).length,
      1,
    );
  });

  it('passes pi’s failure on as its exit code', async () => {
    const upstream = await startUpstream(defer);
    const home = homeWithModel(defer, upstream.url, null);

    const run = await finish(start(defer, ['--model', 'mock/m', '-p', scripted({ status: 403 })], home));

    assert.equal(run.code, 1);
  });

  it('ends pi when it is told to end, and leaves nothing behind', async () => {
    const upstream = await startUpstream(defer);
    const home = homeWithModel(defer, upstream.url, null);
    const running = start(
      defer,
      ['--model', 'mock/m', '-p', scripted({ text: 'late', headersDelayMs: 20_000 })],
      home,
    );
    await waitUntil('the model is asked', () => upstream.requests.length === 1, 15_000);
    const pi = childOf(running.child.pid ?? 0);
    assert.ok(pi !== null && existsSync(`/proc/${pi}`));

    running.child.kill('SIGTERM');
    const run = await finish(running);

    assert.notEqual(run.code, 0);
    assert.ok(!existsSync(`/proc/${pi}`), 'pi is gone');
  });
});

/** A home where pi knows one model, and Spectral a login if there is an MCP server. */
function homeWithModel(defer: Defer, modelUrl: string, mcpUrl: string | null): string {
  const home = newDirectory(defer, 'home');
  mkdirSync(join(home, '.pi', 'agent'), { recursive: true });
  mkdirSync(join(home, '.spectral'), { mode: 0o700 });
  const provider = {
    baseUrl: `${modelUrl}/v1`,
    api: 'openai-completions',
    apiKey: 'own-key',
    models: [{ id: 'm', contextWindow: 100_000, maxTokens: 1000 }],
  };
  writeFileSync(join(home, '.pi', 'agent', 'models.json'), JSON.stringify({ providers: { mock: provider } }));
  if (mcpUrl)
    writeFileSync(
      join(home, '.spectral', 'config.json'),
      JSON.stringify({ mcpUrl, teamApiKey: 'team-key' }),
      { mode: 0o600 },
    );
  return home;
}

interface Running {
  readonly child: ChildProcess;
  readonly output: { stdout: string; stderr: string };
}

function start(defer: Defer, argv: readonly string[], home: string): Running {
  const env = {
    PATH: process.env['PATH'],
    HOME: home,
    SPECTRAL_CONFIG_DIR: join(home, '.spectral'),
    PI_OFFLINE: '1',
    PI_SKIP_VERSION_CHECK: '1',
    PI_TELEMETRY: '0',
  };
  const child = spawn(process.execPath, [ENTRY, ...argv], {
    env,
    cwd: home,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const output = { stdout: '', stderr: '' };
  child.stdout.on('data', (data) => (output.stdout += data));
  child.stderr.on('data', (data) => (output.stderr += data));
  defer(() => child.kill('SIGKILL'));
  return { child, output };
}

async function finish({
  child,
  output,
}: Running): Promise<{ code: number | null; stdout: string; stderr: string }> {
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
  return { code, ...output };
}

/** Linux only, like the daemon's tests. */
function childOf(pid: number): number | null {
  const list = existsSync(`/proc/${pid}/task/${pid}/children`) ? readChildren(pid) : [];
  return list[0] ?? null;
}

function readChildren(pid: number): number[] {
  return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8')
    .trim()
    .split(' ')
    .filter(Boolean)
    .map(Number);
}
