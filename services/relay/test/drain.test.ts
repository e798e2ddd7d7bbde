import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { CLOSE, FrameKind, encodeFrame } from '@spectral/proto/wire';
import { cleanUpAfterEach } from './support/clean-up.ts';
import { connectBrowser } from './support/fake-browser.ts';
import { connectMachine } from './support/fake-machine.ts';
import { createIdentity } from './support/identity.ts';
import { memoryGround, startPod } from './support/start-pod.ts';
import { until } from './support/until.ts';

describe('a draining relay', () => {
  cleanUpAfterEach();

  it('lets a machine open its new link before it closes the old one, and readers see no break', async () => {
    const { a, b } = await start();
    const old = await a.machine();
    const reader = await b.browser();
    const channel = randomUUID();
    reader.sendControl({ kind: 'open', channel, cursor: { epoch: 0, seq: 0 } });
    await old.control('open');
    old.onRequest = () => {};
    const underWay = reader.request({});
    await until('the request arrived', () => old.frames.length === 1);

    const drained = a.pod.relay.drain(5_000);
    await old.control('drain');
    const moved = await b.machine();
    assert.equal((await reader.control('presence')).online, true);
    reader.sendControl({ kind: 'open', channel, cursor: { epoch: 0, seq: 0 } });
    await moved.control('open');
    moved.send(encodeFrame({ kind: FrameKind.events, channel, sequence: 1 }));
    await reader.frame(FrameKind.events);

    const [request] = old.frames;
    assert.ok(request);
    old.answer(request, { from: 'the old link' });
    assert.equal((await underWay).answer.status, 200);
    old.socket.close(1000);
    await drained;

    assert.ok(old.controls.every(({ kind }) => kind !== 'replaced'));
    assert.ok(reader.controls.every((control) => control.kind !== 'presence' || control.online));
    assert.equal((await reader.request({})).answer.status, 200);
  });

  it('waits for requests of those who stay, then closes them with 4503', async () => {
    const { a } = await start();
    const [machine, browser] = [await a.machine(), await a.browser()];
    machine.onRequest = () => {};
    const underWay = browser.request({});
    await until('the request arrived', () => machine.frames.length === 1);

    const drained = a.pod.relay.drain(50, 2_000);
    await browser.control('drain');
    setTimeout(() => machine.frames[0] && machine.answer(machine.frames[0], {}), 200);

    assert.equal((await underWay).answer.status, 200);
    assert.equal(await browser.closedWith(), CLOSE.draining.code);
    assert.equal(await machine.closed(), CLOSE.draining.code);
    await drained;
  });

  it('does not wait for requests longer than its grace', async () => {
    const { a } = await start();
    const [machine, browser] = [await a.machine(), await a.browser()];
    machine.onRequest = () => {};
    void browser.request({}).catch(() => {});
    await until('the request arrived', () => machine.frames.length === 1);
    const begun = Date.now();

    await a.pod.relay.drain(50, 150);

    assert.ok(Date.now() - begun < 1_500);
    assert.equal(await machine.closed(), CLOSE.draining.code);
  });

  it('with nobody connected is done at once', async () => {
    const { a } = await start();
    const begun = Date.now();

    await a.pod.relay.drain(5_000);

    assert.ok(Date.now() - begun < 500);
    assert.equal(a.pod.relay.ready(), false);
  });
});

async function start() {
  const identity = await createIdentity();
  const ground = memoryGround(identity);
  const pod = async () => {
    const started = await startPod(ground);
    return {
      pod: started,
      machine: async () => connectMachine(started.url, await identity.machineToken()),
      browser: async () => connectBrowser(started.url, await identity.ticket('machine')),
    };
  };
  return { a: await pod(), b: await pod() };
}
