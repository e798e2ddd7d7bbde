import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import {
  CLOSE,
  FrameFlag,
  FrameKind,
  HEADER_BYTES,
  MAX_FRAME_BYTES,
  encodeFrame,
  payloadText,
} from '@spectral/proto/wire';
import { bytesOfHex, controlVectors, dataFrameVectors } from '@spectral/proto/vectors';
import { cleanUpAfterEach } from '../support/clean-up.ts';
import { connectBrowser } from '../support/fake-browser.ts';
import { connectMachine } from '../support/fake-machine.ts';
import { createIdentity } from '../support/identity.ts';
import { memoryGround, startPod } from '../support/start-pod.ts';
import { until } from '../support/until.ts';

describe('a machine’s socket', () => {
  cleanUpAfterEach();

  it('is pinged, and stays while it answers', async () => {
    const { machine } = await start({ pingIntervalMs: 40, silenceMs: 150 });

    const answering = setInterval(() => machine.sendControl({ kind: 'pong' }), 30);
    await machine.control('ping', 8);
    clearInterval(answering);

    assert.equal(machine.closeCode, null);
  });

  it('is closed with 4408 after its silence, and then is offline', async () => {
    const { machine, pod } = await start({ pingIntervalMs: 40, silenceMs: 120 });
    const begun = Date.now();

    assert.equal(await machine.closed(), CLOSE.heartbeatTimeout.code);

    assert.ok(Date.now() - begun >= 80 && Date.now() - begun < 1000);
    await until('offline', () => pod.relay.stats.machines === 0);
  });

  it('is gone within the silence allowed when it is half open, and answers no close', async () => {
    const { machine, pod } = await start({ pingIntervalMs: 40, silenceMs: 200 });
    const begun = Date.now();

    machine.socket.pause();

    await until('gone', () => pod.relay.stats.machines === 0);
    assert.ok(Date.now() - begun < 1_000, `after ${Date.now() - begun} ms`);
  });

  it('that reads nothing refuses requests with 429 above its window, and memory stays bounded', async () => {
    const { machine, pod, identity } = await start({ machineWindowBytes: 1024 * 1024 });
    const browser = await connectBrowser(pod.url, await identity.ticket('machine'));
    machine.onRequest = () => {};
    machine.socket.pause();

    // More than the window and what the operating system keeps on loopback.
    for (let target = 1; target <= 100; target++) {
      browser.send(encodeFrame({ kind: FrameKind.request, target }, new Uint8Array(256 * 1024)));
    }

    const refused = await browser.frame(FrameKind.response);
    assert.match(payloadText(refused.payload), /"status":429.*more slowly than they come/);
    assert.equal(machine.closeCode, null);
    machine.socket.resume();
    machine.onRequest = (frame) => machine.answer(frame, {});
    await until('it takes requests again', async () => (await browser.request({})).answer.status === 200);
  });

  it('any frame counts as a sign of life', async () => {
    const { machine } = await start({ pingIntervalMs: 40, silenceMs: 150 });

    const beating = setInterval(() => machine.send(encodeFrame({ kind: FrameKind.head })), 30);
    await machine.control('ping', 8);
    clearInterval(beating);

    assert.equal(machine.closeCode, null);
  });

  for (const { name, hex = '' } of dataFrameVectors.bad) {
    it(`a bad data frame closes it with 4400: ${name}`, async () => {
      const { machine } = await start();
      machine.send(bytesOfHex(hex));
      assert.equal(await machine.closed(), CLOSE.badFrame.code);
      assert.equal((await machine.control('error')).code, 'bad-frame');
    });
  }

  for (const { name, text = '' } of controlVectors.machineToRelay.bad) {
    it(`a bad control frame closes it with 4400: ${name}`, async () => {
      const { machine } = await start();
      machine.socket.send(text);
      assert.equal(await machine.closed(), CLOSE.badFrame.code);
    });
  }

  it('frames that only others send close it with 4400', async () => {
    const forged = [
      encodeFrame({ kind: FrameKind.request, target: 1 }),
      encodeFrame({ kind: FrameKind.response, target: 1, flags: FrameFlag.fromRelay }),
    ];
    for (const frame of forged) {
      const { machine } = await start();
      machine.send(frame);
      assert.equal(await machine.closed(), CLOSE.badFrame.code);
    }
  });

  it('a frame of the largest size passes, one byte more closes with 4413, and far more is cut unread', async () => {
    const { machine, pod, identity } = await start();
    const browser = await connectBrowser(pod.url, await identity.ticket('machine'));
    const channel = randomUUID();
    browser.sendControl({ kind: 'open', channel, cursor: { epoch: 0, seq: 0 } });
    await machine.control('open');

    machine.send(
      encodeFrame({ kind: FrameKind.events, channel }, Buffer.alloc(MAX_FRAME_BYTES - HEADER_BYTES)),
    );
    assert.equal((await browser.frame(FrameKind.events)).payload.length, MAX_FRAME_BYTES - HEADER_BYTES);
    machine.send(
      encodeFrame({ kind: FrameKind.events, channel }, Buffer.alloc(MAX_FRAME_BYTES - HEADER_BYTES + 1)),
    );
    assert.equal(await machine.closed(), CLOSE.frameTooLarge.code);

    const other = await connectMachine(pod.url, await identity.machineToken({ sub: 'other' }));
    other.send(Buffer.alloc(MAX_FRAME_BYTES + 2 * 1024 * 1024));
    assert.equal(await other.closed(), CLOSE.frameTooLarge.code);
    assert.equal(browser.disconnected, false);
  });

  it('closes only itself: others on the same pod go on', async () => {
    const { machine, pod, identity } = await start();
    const other = await connectMachine(pod.url, await identity.machineToken({ sub: 'other' }));
    const browser = await connectBrowser(pod.url, await identity.ticket('other'));

    machine.socket.send('{"kind":');
    await machine.closed();

    assert.equal((await browser.request({})).answer.status, 200);
    assert.equal(other.closeCode, null);
  });

  it('above its rate it is read more slowly, and nothing is lost', async () => {
    const rate = { framesPerSecond: 10_000, bytesPerSecond: 2 * 1024 * 1024 };
    const { machine, pod, identity } = await start({ machineRate: rate });
    const browser = await connectBrowser(pod.url, await identity.ticket('machine'));
    const channel = randomUUID();
    browser.sendControl({ kind: 'open', channel, cursor: { epoch: 0, seq: 0 } });
    await machine.control('open');
    const begun = Date.now();

    // Six megabytes at two per second, of which a burst of four passes at once.
    for (let sequence = 1; sequence <= 750; sequence++) {
      machine.send(encodeFrame({ kind: FrameKind.events, channel, sequence }, Buffer.alloc(8 * 1024)));
    }
    await until('all events', () => browser.frames.length === 750, 5000);

    assert.ok(Date.now() - begun > 500, `it took ${Date.now() - begun} ms`);
    assert.deepEqual(
      browser.frames.map((frame) => frame.sequence),
      Array.from({ length: 750 }, (_, i) => i + 1),
    );
  });

  it('above its rate it is told so once, and whose limit it was', async () => {
    const rate = { framesPerSecond: 100, bytesPerSecond: 64 * 1024 * 1024 };
    const { machine } = await start({ machineRate: rate });

    for (let sequence = 1; sequence <= 220; sequence++) machine.send(event(sequence));

    const { code, message } = await machine.control('error');
    assert.equal(code, 'rate-limited');
    assert.match(message, /^This machine sends more than the 100 frames/);
    assert.equal(machine.controls.filter(({ kind }) => kind === 'error').length, 1);
  });

  it('a new link of a machine above its rate gains it nothing', async () => {
    const rate = { framesPerSecond: 1, bytesPerSecond: 64 * 1024 * 1024 };
    const { machine, pod, identity } = await start({ machineRate: rate });
    for (let sequence = 1; sequence <= 10; sequence++) machine.send(event(sequence));
    await machine.control('error');
    machine.socket.terminate();

    const again = await connectMachine(pod.url, await identity.machineToken());
    again.send(event(11));

    assert.equal((await again.control('error')).code, 'rate-limited');
  });

  it('machines of a team share its rate, and another team is not touched', async () => {
    const teamRate = { framesPerSecond: 100, bytesPerSecond: 64 * 1024 * 1024 };
    const { machine, pod, identity } = await start({ teamRate });
    const sibling = await connectMachine(pod.url, await identity.machineToken({ sub: 'sibling' }));
    const stranger = await connectMachine(
      pod.url,
      await identity.machineToken({ sub: 'stranger', team: 'other' }),
    );

    for (let sequence = 1; sequence <= 110; sequence++) {
      machine.send(event(sequence));
      sibling.send(event(sequence));
      stranger.send(event(sequence));
    }

    await until('one of the team is told', () =>
      [machine, sibling].some(({ controls }) =>
        controls.some((control) => control.kind === 'error' && control.message.includes('team')),
      ),
    );
    await until('the stranger is heard', () => pod.relay.counters.framesFromMachines >= 110 * 2);
    assert.ok(stranger.controls.every(({ kind }) => kind !== 'error'));
  });

  it('answers and pieces for ids that nobody awaits are dropped', async () => {
    const { machine, pod, identity } = await start();
    const browser = await connectBrowser(pod.url, await identity.ticket('machine'));
    await browser.request({});
    const before = pod.relay.counters.strayFrames;

    machine.send(encodeFrame({ kind: FrameKind.response, target: 4711 }));
    machine.send(encodeFrame({ kind: FrameKind.snapshot, target: 1, channel: randomUUID() }));
    machine.sendControl({ kind: 'refused', peer: 99, channel: randomUUID(), code: 'x', message: 'x' });
    await browser.request({});

    assert.equal(browser.frames.length, 2);
    assert.equal(pod.relay.counters.strayFrames - before, 3);
  });
});

function event(sequence: number): Uint8Array {
  return encodeFrame({ kind: FrameKind.events, channel: randomUUID(), sequence }, Buffer.from('e'));
}

async function start(settings = {}) {
  const identity = await createIdentity();
  const pod = await startPod(memoryGround(identity), settings);
  return { identity, pod, machine: await connectMachine(pod.url, await identity.machineToken()) };
}
