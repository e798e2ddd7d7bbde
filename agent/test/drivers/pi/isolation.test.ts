/** Watches a real process by its system calls: what it opens, whom it connects to, what its commands can see. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { useCleanUp } from '../../support/clean-up.ts';
import { newDirectory } from '../../support/pi-driver.ts';
import { startUpstream } from '../../support/upstream.ts';

const CHILD = fileURLToPath(new URL('../../support/run-isolated-driver.ts', import.meta.url));
const DECOY = 'decoy-key-that-must-stay-here';
const DECOYS: Readonly<Record<string, string>> = {
  ANTHROPIC_API_KEY: `${DECOY}-1`,
  OPENAI_API_KEY: `${DECOY}-2`,
  ANTHROPIC_BASE_URL: 'http://127.0.0.1:9/decoy',
  AWS_PROFILE: `${DECOY}-3`,
  GEMINI_API_KEY: `${DECOY}-4`,
  GITHUB_TOKEN: `${DECOY}-5`,
  DATABASE_URL: `postgres://user:${DECOY}-6@db/x`,
};

describe('the pi driver, watched by its system calls', function () {
  this.timeout(60_000);
  const defer = useCleanUp();

  before(function () {
    if (process.platform !== 'linux') this.skip();
  });

  for (const modelId of ['claude-test', 'gpt-test']) {
    it(`reads nothing of the user's pi, calls only the gateway and tells no key to anybody, with ${modelId}`, async () => {
      const upstream = await startUpstream(defer);
      upstream.token = 'the-machine-token';
      const home = homeWithDecoys(newDirectory(defer, 'home'));
      const state = newDirectory(defer, 'state');
      const project = newDirectory(defer, 'project');
      const trace = join(state, 'trace');

      const env = { PATH: process.env['PATH'], HOME: home, KEPT_FOR_COMMANDS: 'yes', ...DECOYS };
      const strace = [
        '-f',
        '-qq',
        '-s',
        '4096',
        '-e',
        'trace=open,openat,openat2,creat,connect,execve',
        '-o',
        trace,
      ];
      const { stdout } = await promisify(execFile)(
        'strace',
        [...strace, process.execPath, CHILD, upstream.url, state, project, modelId],
        { env, timeout: 50_000 },
      );

      assert.equal(JSON.parse(stdout).outcome.reason, 'done');
      const calls = readFileSync(trace, 'utf8').split('\n');
      assert.ok(
        calls.some((call) => call.includes('notes.txt')),
        'the trace is real',
      );
      assert.deepEqual(
        calls.filter((call) => call.includes(join(home, '.pi'))),
        [],
      );
      const port = new URL(upstream.url).port;
      const connections = calls.filter((call) => /\bconnect\(.*AF_INET/.test(call));
      assert.ok(connections.length > 0);
      assert.deepEqual(
        connections.filter((call) => !call.includes(`htons(${port})`)),
        [],
      );

      const sent = upstream.requests
        .map((request) => request.text + JSON.stringify(request.headers))
        .join('\n');
      assert.ok(sent.includes('KEPT_FOR_COMMANDS=yes'), 'the command saw its environment');
      assert.ok(!sent.includes(DECOY), 'no decoy key was sent');
      const seenByCommand = JSON.stringify(upstream.requests[1]?.body.messages.slice(1));
      for (const word of ['the-machine-token', 'ANTHROPIC', 'SPECTRAL_', 'PI_'])
        assert.ok(!seenByCommand.includes(word), word);
      assert.deepEqual(readdirSync(join(state, 'tmp')), []);
    });
  }
});

/** A login and a malicious extension where pi looks by itself. */
function homeWithDecoys(home: string): string {
  const agent = join(home, '.pi', 'agent');
  mkdirSync(join(agent, 'extensions'), { recursive: true });
  writeFileSync(
    join(agent, 'auth.json'),
    JSON.stringify({ anthropic: { type: 'api_key', key: `${DECOY}-file` } }),
  );
  writeFileSync(join(agent, 'settings.json'), '{"defaultProvider":"anthropic"}');
  writeFileSync(join(agent, 'extensions', 'bad.ts'), 'export default () => { throw new Error("loaded"); };');
  return home;
}
