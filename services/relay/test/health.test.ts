import assert from 'node:assert/strict';
import { cleanUpAfterEach } from './support/clean-up.ts';
import { connectBrowser } from './support/fake-browser.ts';
import { connectMachine } from './support/fake-machine.ts';
import { createIdentity } from './support/identity.ts';
import { memoryGround, startPod } from './support/start-pod.ts';

describe('health of a relay', () => {
  cleanUpAfterEach();

  it('is alive and ready, and unready while it drains', async () => {
    const { pod } = await start();

    assert.deepEqual(await get(`${pod.url}/health`), [200, '{"ok":true}']);
    assert.deepEqual(await get(`${pod.url}/ready`), [200, '{"ready":true}']);
    await pod.relay.drain(0);
    assert.deepEqual(await get(`${pod.url}/health`), [200, '{"ok":true}']);
    assert.deepEqual(await get(`${pod.url}/ready`), [503, '{"ready":false}']);
  });

  it('is unready while its bus is', async () => {
    const { pod } = await start();
    await pod.bus.close();

    assert.equal((await get(`${pod.url}/ready`))[0], 503);
  });

  it('shows what it carries as metrics', async () => {
    const { pod, identity } = await start();
    await connectMachine(pod.url, await identity.machineToken());
    const browser = await connectBrowser(pod.url, await identity.ticket('machine'));
    await browser.request({});

    const [, text] = await get(`${pod.url}/metrics`);

    assert.match(text, /^relay_machine_links 1$/m);
    assert.match(text, /^relay_browser_connections 1$/m);
    assert.match(text, /^relay_requests_total 1$/m);
    assert.match(text, /^relay_frames_total\{way="from_machine"\} 1$/m);
    assert.match(text, /^relay_ready 1$/m);
  });

  it('knows nothing else', async () => {
    const { pod } = await start();

    assert.equal((await get(`${pod.url}/`))[0], 404);
  });
});

async function start() {
  const identity = await createIdentity();
  return { identity, pod: await startPod(memoryGround(identity)) };
}

async function get(url: string): Promise<[number, string]> {
  const response = await fetch(url);
  return [response.status, await response.text()];
}
