// Each image's own entry point and health command, run from nothing but what its Dockerfile copies.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { afterEach, describe, it } from 'mocha';
import { listOf, type Stage } from '../../images/dockerfile.ts';
import { IMAGES } from '../../images/images.ts';
import { runContained, type Contained } from './support/contained-process.ts';
import { stageBuild, stageImage } from './support/staged-image.ts';

/** What each needs to start, where nobody it asks for answers. */
const SETTINGS: Readonly<Record<string, Record<string, string>>> = {
  gateway: { SPECTRAL_SERVICE_SECRET: 'a-service-secret-for-tests' },
  relay: {
    SPECTRAL_GATEWAY_URL: 'http://127.0.0.1:9',
    SPECTRAL_SERVICE_SECRET: 'a-service-secret-for-tests',
  },
  operator: {
    SPECTRAL_GATEWAY_URL: 'http://127.0.0.1:9',
    SPECTRAL_RELAY_URL: 'http://127.0.0.1:9',
    SPECTRAL_OPERATOR_SECRET: 'an-operator-secret-for-tests',
  },
  agent: { SPECTRAL_BACKEND_URL: 'http://127.0.0.1:9', SPECTRAL_DRIVER: 'scripted' },
};

describe('an image', function () {
  this.timeout(120_000);
  const ends: (() => unknown)[] = [];
  afterEach(async () => {
    for (const end of ends.splice(0).toReversed()) await end();
  });

  for (const { name, dockerfile } of IMAGES.filter((image) => image.name !== 'agent')) {
    it(`starts as nobody in particular from its own files alone, is healthy, and stops on SIGTERM: ${name}`, async () => {
      const { stage, app } = staged(dockerfile);
      const port = await freePort();
      const data = writable();
      const env = {
        ...SETTINGS[name],
        ...environmentOf(stage, app),
        ...local(data),
        SPECTRAL_PORT: String(port),
      };
      const more = name === 'operator' ? { KUBECONFIG: await kubeconfig(data) } : {};

      const running = contained(entryOf(stage), app, { ...env, ...more });
      await healthy(running, stage, app, env);
      running.kill('SIGTERM');

      assert.equal(await running.ended, 0, running.output());
    });
  }

  it('of the gateway builds its page from what that stage copies', async () => {
    const { app, command, remove } = stageBuild('services/gateway/Dockerfile', 'page');
    ends.push(remove);

    const [program, ...words] = command;
    assert.equal(program, 'node');
    await promisify(execFile)(process.execPath, words, { cwd: app, timeout: 90_000 });

    assert.ok(existsSync(join(app, 'services/web/dist/index.html')));
  });

  it('of a machine runs the spectral command, and serves as far as it can without a gateway', async () => {
    const { stage, app } = staged('agent/Dockerfile');
    const data = writable();
    const env = { ...SETTINGS['agent'], ...local(data), SPECTRAL_CONFIG_DIR: join(data, '.spectral') };
    const entry = entryOf(stage).map((word) => word.replace(/^\/app/, app));
    const [tini, dashes, ...command] = entry;

    const version = contained([...command, '--version'], data, env);
    assert.equal(await version.ended, 0, version.output());
    const serve = contained([...command, ...commandOf(stage)], data, env);

    assert.deepEqual([tini, dashes], ['tini', '--']);
    assert.match(version.output(), /^\d+\.\d+\.\d+\n$/);
    assert.notEqual(await serve.ended, 0);
    assert.match(serve.output(), /spectral: .*(log ?in|enrol|gateway)/i);
  });

  function staged(path: string) {
    const image = stageImage(path);
    ends.push(image.remove);
    chmodSync(join(image.app, '..'), 0o755);
    return image;
  }

  function contained(command: readonly string[], cwd: string, env: Record<string, string>): Contained {
    const running = runContained(command, cwd, env);
    ends.push(() => {
      running.kill('SIGKILL');
      return running.ended;
    });
    return running;
  }

  /** The emptyDir at /tmp, or a volume: all a container of ours may write. */
  function writable(): string {
    const folder = mkdtempSync(join(tmpdir(), 'spectral-volume-'));
    chmodSync(folder, 0o777);
    ends.push(() => rmSync(folder, { recursive: true, force: true }));
    return folder;
  }

  async function healthy(
    running: Contained,
    stage: Stage,
    app: string,
    env: Record<string, string>,
  ): Promise<void> {
    const check = stage.instructions.find(({ name }) => name === 'HEALTHCHECK');
    assert.ok(check);
    const giveUpAt = Date.now() + 90_000;
    while ((await contained(listOf(check), app, env).ended) !== 0) {
      const gone = await Promise.race([running.ended, delay(200, null)]);
      assert.equal(gone, null, `it ended: ${running.output()}`);
      assert.ok(Date.now() < giveUpAt, `it is not healthy: ${running.output()}`);
    }
  }

  /** An API server that has nothing: the operator lives and waits. */
  async function kubeconfig(folder: string): Promise<string> {
    const server = createServer((_request, response) => response.writeHead(503).end());
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    ends.push(
      () => server.closeAllConnections(),
      () => server.close(),
    );
    const { writeFile } = await import('node:fs/promises');
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const path = join(folder, 'kubeconfig');
    const config = {
      clusters: [{ name: 'a', cluster: { server: url } }],
      users: [{ name: 'a', user: {} }],
      contexts: [{ name: 'a', context: { cluster: 'a', user: 'a' } }],
      'current-context': 'a',
    };
    await writeFile(path, JSON.stringify(config));
    return path;
  }
});

function entryOf({ instructions }: Stage): string[] {
  const entry = instructions.find(({ name }) => name === 'ENTRYPOINT');
  assert.ok(entry);
  return listOf(entry);
}

function commandOf({ instructions }: Stage): string[] {
  const command = instructions.find(({ name }) => name === 'CMD');
  return command ? listOf(command) : [];
}

/** ENV of the image, with `/app` where it is here. */
function environmentOf({ instructions }: Stage, app: string): Record<string, string> {
  const pairs = instructions.filter(({ name }) => name === 'ENV').flatMap(({ text }) => text.split(' '));
  return Object.fromEntries(
    pairs.map((pair) => {
      const [name = '', value = ''] = pair.split('=');
      const here = value.replace(/^\/app/, app);
      return [name, value.startsWith('/app') && !existsSync(here) ? '' : here];
    }),
  );
}

/** This machine alone in place of a container's address; a data directory for what has no server here. */
function local(data: string): Record<string, string> {
  return { SPECTRAL_HOST: '127.0.0.1', SPECTRAL_DATA_DIR: data, HOME: data, TMPDIR: data };
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
