import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import {
  CLOSE,
  CONTROL_EVENT,
  FrameFlag,
  FrameKind,
  HEADER_BYTES,
  MAX_FRAME_BYTES,
  encodeFrame,
  toPayload,
} from '@spectral/proto/wire';
import { bytesOfHex, controlVectors, dataFrameVectors, packetVectors } from '@spectral/proto/vectors';
import { cleanUpAfterEach } from '../support/clean-up.ts';
import { connectBrowser, type FakeBrowser } from '../support/fake-browser.ts';
import { connectMachine } from '../support/fake-machine.ts';
import { createIdentity } from '../support/identity.ts';
import { memoryGround, startPod } from '../support/start-pod.ts';
import { until } from '../support/until.ts';

const FRESH = { epoch: 0, seq: 0 };

describe('a browser’s socket', () => {
  cleanUpAfterEach();

  describe('requests', () => {
    it('may be answered out of order; a slow one holds nobody up', async () => {
      const { machine, browser } = await start();
      machine.onRequest = () => {};
      const answers = [1, 2, 3].map((number) => browser.request({ number }));
      await until('three requests', () => machine.frames.length === 3);

      for (const request of machine.frames.toReversed()) machine.answer(request, { target: request.target });

      const statuses = (await Promise.all(answers)).map(({ answer }) => answer.status);
      assert.deepEqual(statuses, [200, 200, 200]);
    });

    it('of two browsers with the same ids get each their own answers', async () => {
      const { machine, browser, more } = await start();
      const other = await more();
      machine.onRequest = (frame) => machine.answer(frame, { peer: frame.sequence });

      const [mine, theirs] = await Promise.all([browser.request({}), other.request({})]);

      assert.notDeepEqual(mine.answer.body, theirs.answer.body);
    });

    it('are given up after the limit with 504, and a late answer is dropped', async () => {
      const reader = { requestTimeoutMs: 150, pendingRequests: 10, openChannels: 10 };
      const { machine, browser } = await start({ reader });
      machine.onRequest = () => {};

      const { answer, frame } = await browser.request({});
      const [late] = machine.frames;
      assert.ok(late);
      machine.answer(late, {});
      machine.onRequest = (request) => machine.answer(request, {});
      await browser.request({});

      assert.equal(answer.status, 504);
      assert.equal(frame.flags, FrameFlag.fromRelay);
      assert.match(JSON.stringify(answer.body), /machine-timeout/);
      assert.equal(browser.frames.length, 2);
    });

    it('above the number allowed at once are refused with 429', async () => {
      const reader = { requestTimeoutMs: 1000, pendingRequests: 3, openChannels: 10 };
      const { machine, browser } = await start({ reader });
      machine.onRequest = () => {};
      for (let call = 0; call < 3; call++) void browser.request({}).catch(() => {});

      assert.equal((await browser.request({})).answer.status, 429);
      assert.equal(machine.frames.length, 3);
    });

    it('to an offline machine are answered 503 with last seen, in under 50 ms', async () => {
      const { machine, browser } = await start();
      machine.socket.close();
      await browser.control('presence');

      const calls = [];
      for (let call = 0; call < 5; call++) calls.push(await browser.request({}));

      for (const { answer } of calls) {
        assert.equal(answer.status, 503);
        assert.match(JSON.stringify(answer.body), /machine-offline.*lastSeenAt":"20/);
      }
      const fastest = Math.min(...calls.map(({ ms }) => ms));
      assert.ok(fastest < 50, `${fastest} ms`);
    });
  });

  describe('bad input closes it with 4400 and nobody else', () => {
    const cases: [string, (browser: FakeBrowser) => void][] = [
      ...dataFrameVectors.bad.map(({ name, hex = '' }): [string, (browser: FakeBrowser) => void] => [
        `data frame: ${name}`,
        (browser) => browser.send(bytesOfHex(hex)),
      ]),
      ...controlVectors.browserToRelay.bad.map(({ name, text }): [string, (browser: FakeBrowser) => void] => [
        `control frame: ${name}`,
        (browser) => void browser.socket.emit(CONTROL_EVENT, text),
      ]),
      ...packetVectors.bad.map(({ name, text, hex }): [string, (browser: FakeBrowser) => void] => [
        `packet: ${name}`,
        (browser) => sendRaw(browser, text ?? bytesOfHex(hex ?? '')),
      ]),
      ['a RESPONSE', (browser) => browser.send(encodeFrame({ kind: FrameKind.response, target: 1 }))],
      ['EVENTS', (browser) => browser.send(encodeFrame({ kind: FrameKind.events }))],
      [
        'a relay’s flag',
        (browser) => browser.send(encodeFrame({ kind: FrameKind.request, flags: FrameFlag.fromRelay })),
      ],
      ['an event of another name', (browser) => void browser.socket.emit('chat', 'hello')],
      ['a reserved event name', (browser) => sendRaw(browser, '{"t":2,"n":"/","d":["disconnect","x"]}')],
      ['control as a number', (browser) => void browser.socket.emit(CONTROL_EVENT, 7)],
    ];
    for (const [name, send] of cases) {
      it(name, async () => {
        const { browser, more } = await start();
        const other = await more();

        send(browser);

        assert.equal(await browser.closedWith(), CLOSE.badFrame.code);
        assert.equal((await other.request({})).answer.status, 200);
      });
    }

    it('a request id in use', async () => {
      const { machine, browser } = await start();
      machine.onRequest = () => {};
      const request = encodeFrame({ kind: FrameKind.request, target: 5 }, toPayload({}));

      browser.send(request);
      browser.send(request);

      assert.equal(await browser.closedWith(), CLOSE.badFrame.code);
    });
  });

  it('a frame of the largest size passes, one byte more closes with 4413', async () => {
    const { machine, browser, more } = await start();
    const other = await more();
    machine.onRequest = (frame) => machine.answer(frame, frame.payload.length);
    const largest = Buffer.alloc(MAX_FRAME_BYTES - HEADER_BYTES);

    browser.send(encodeFrame({ kind: FrameKind.request, target: 900 }, largest));
    await browser.frame(FrameKind.response);
    browser.send(encodeFrame({ kind: FrameKind.request, target: 901 }, Buffer.alloc(largest.length + 1)));

    assert.equal(await browser.closedWith(), CLOSE.frameTooLarge.code);
    assert.equal(other.disconnected, false);
  });

  it('a frame far above the limit is not read, and closes with 4413 too', async () => {
    const { browser, more } = await start();
    const other = await more();

    browser.send(Buffer.alloc(MAX_FRAME_BYTES + 2 * 1024 * 1024));

    assert.equal(await browser.closedWith(), CLOSE.frameTooLarge.code);
    assert.equal(other.disconnected, false);
  });

  it('that gives up its namespace, or says connect again, is gone', async () => {
    const { browser, more, pod } = await start();
    const other = await more();

    sendRaw(browser, '{"t":1,"n":"/"}');
    sendRaw(other, '{"t":0,"n":"/","d":{}}');

    await until(
      'both gone',
      () => pod.relay.stats.browsers === 0 && browser.disconnected && other.disconnected,
    );
  });

  it('above its rate is answered 429, and far above it is closed with 4429', async () => {
    const { browser } = await start({ browserRate: { framesPerSecond: 20, bytesPerSecond: 1024 * 1024 } });

    const statuses = await Promise.all(
      Array.from({ length: 60 }, async () => (await browser.request({})).answer.status),
    );
    assert.ok(statuses.filter((status) => status === 200).length >= 40);
    assert.ok(statuses.includes(429));

    for (let call = 0; call < 300; call++)
      browser.send(encodeFrame({ kind: FrameKind.request, target: 1000 + call }));
    assert.equal(await browser.closedWith(), CLOSE.rateLimited.code);
  });

  it('connections of one person share a rate; another person is not touched; nobody is closed', async () => {
    const userRate = { framesPerSecond: 10, bytesPerSecond: 1024 * 1024 };
    const { browser, pod, identity } = await start({ userRate });
    const second = await connectBrowser(pod.url, await identity.ticket('machine'));
    const colleague = await connectBrowser(pod.url, await identity.ticket('machine', { sub: 'colleague' }));

    const own = await Promise.all(
      [...Array(40).keys()].map((call) => (call % 2 ? browser : second).request({})),
    );
    const other = await Promise.all([...Array(15).keys()].map(() => colleague.request({})));

    const refused = own.filter(({ answer }) => answer.status === 429);
    assert.ok(refused.length >= 15 && refused.length <= 20, `${refused.length} refused`);
    assert.match(JSON.stringify(refused[0]?.answer.body), /"limit":"user","retryAfterMs":\d+/);
    assert.ok(other.every(({ answer }) => answer.status === 200));
    assert.ok(!browser.disconnected && !second.disconnected);
  });

  it('browsers of a team share its rate, whoever the person', async () => {
    const teamRate = { framesPerSecond: 10, bytesPerSecond: 1024 * 1024 };
    const { browser, machine, pod, identity } = await start({ teamRate });
    const colleague = await connectBrowser(pod.url, await identity.ticket('machine', { sub: 'colleague' }));

    const all = await Promise.all(
      [...Array(40).keys()].map((call) => (call % 2 ? browser : colleague).request({})),
    );

    const refused = all.filter(({ answer }) => answer.status === 429);
    assert.match(JSON.stringify(refused[0]?.answer.body), /"limit":"team"/);
    assert.ok(all.some(({ answer }) => answer.status === 200));
    assert.equal(machine.closeCode, null);
  });

  it('has at most so many channels open', async () => {
    const reader = { requestTimeoutMs: 1000, pendingRequests: 3, openChannels: 2 };
    const { browser, machine } = await start({ reader });

    for (let channel = 0; channel < 3; channel++) {
      browser.sendControl({ kind: 'open', channel: randomUUID(), cursor: FRESH });
    }

    assert.equal((await browser.control('refused')).code, 'rate-limited');
    assert.equal((await machine.control('open', 2)).kind, 'open');
  });

  it('that asks and never reads is let go before it fills the memory', async () => {
    const { machine, browser, pod } = await start({ browserWindowBytes: 256 * 1024 });
    const large = encodeFrame({ kind: FrameKind.response }, Buffer.alloc(1024 * 1024));
    machine.onRequest = ({ target }) => {
      const answer = Buffer.from(large);
      answer.writeUInt32BE(target, 4);
      machine.send(answer);
    };
    rawSocketOf(browser).pause();

    for (let target = 1; target <= 60; target++)
      browser.send(encodeFrame({ kind: FrameKind.request, target }));

    await until('the browser is gone', () => pod.relay.stats.browsers === 0, 5000);
    assert.ok(pod.relay.counters.bytesToBrowsers < 32 * 1024 * 1024);
    assert.equal(machine.closeCode, null);
  });

  it('that is half open is gone within two heartbeats; one that is idle stays', async () => {
    const pingIntervalMs = 150;
    const { browser, more, pod } = await start({ pingIntervalMs });
    const idle = await more();
    const begun = Date.now();

    rawSocketOf(browser).pause();

    await until('one is gone', () => pod.relay.stats.browsers === 1);
    assert.ok(Date.now() - begun < 2 * pingIntervalMs + 500, `after ${Date.now() - begun} ms`);
    assert.equal(idle.disconnected, false);
    // Closing waits for every TCP connection to end.
    const closing = Date.now();
    await pod.relay.close();
    assert.ok(Date.now() - closing < 4_000, `closed after ${Date.now() - closing} ms`);
  });

  it('that reads slowly gets a gap in order; a fast one beside it gets everything; memory stays bounded', async () => {
    const { machine, browser: slow, more, pod } = await start({ browserWindowBytes: 256 * 1024 });
    const fast = await more();
    const channel = randomUUID();
    for (const reader of [slow, fast]) reader.sendControl({ kind: 'open', channel, cursor: FRESH });
    await machine.control('open', 2);
    const socket = rawSocketOf(slow);
    socket.pause();

    const payload = Buffer.alloc(64 * 1024);
    for (let sequence = 1; sequence <= 300; sequence++) {
      machine.send(encodeFrame({ kind: FrameKind.events, channel, sequence }, payload));
      if (sequence % 10 === 0) await fast.frame(FrameKind.events, sequence);
    }
    assert.deepEqual(
      fast.frames.map((frame) => frame.sequence),
      Array.from({ length: 300 }, (_, i) => i + 1),
    );
    assert.equal((await machine.control('close')).channel, channel);
    assert.equal(pod.relay.counters.gaps, 1);

    socket.resume();
    assert.equal((await slow.control('gap')).channel, channel);
    const got = slow.frames.map((frame) => frame.sequence);
    assert.deepEqual(
      got,
      Array.from({ length: got.length }, (_, i) => i + 1),
    );
    assert.ok(got.length < 300);

    slow.sendControl({ kind: 'open', channel, cursor: { epoch: 0, seq: got.length } });
    assert.equal((await machine.control('open', 3)).cursor.seq, got.length);
    machine.send(encodeFrame({ kind: FrameKind.events, channel, sequence: 301 }));
    assert.equal((await slow.frame(FrameKind.events, got.length + 1)).sequence, 301);
  });
});

async function start(settings = {}) {
  const identity = await createIdentity();
  const pod = await startPod(memoryGround(identity), settings);
  const machine = await connectMachine(pod.url, await identity.machineToken());
  const more = async () => connectBrowser(pod.url, await identity.ticket('machine'));
  return { identity, pod, machine, more, browser: await more() };
}

/** Past the client's own encoder. */
function sendRaw(browser: FakeBrowser, data: string | Uint8Array): void {
  browser.socket.io.engine.write(data);
}

/** The TCP socket under a client's WebSocket, to stop it reading. */
function rawSocketOf(browser: FakeBrowser): { pause(): void; resume(): void } {
  const { transport } = browser.socket.io.engine;
  const { ws } = transport as typeof transport & { ws: { _socket: { pause(): void; resume(): void } } };
  return ws._socket;
}
