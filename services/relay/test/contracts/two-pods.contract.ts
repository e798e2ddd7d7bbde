/** What must hold between relay pods, whatever carries their messages. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { CLOSE, FrameFlag, FrameKind, encodeFrame, payloadText } from '@spectral/proto/wire';
import type { Bus } from '../../src/routing/bus.ts';
import type { PodMessage } from '../../src/routing/pod-message.ts';
import { connectBrowser, type FakeBrowser } from '../support/fake-browser.ts';
import { connectMachine } from '../support/fake-machine.ts';
import { startPod, type Ground } from '../support/start-pod.ts';
import { until } from '../support/until.ts';

const FRESH = { epoch: 0, seq: 0 };

/** Declares the cases. `lay` gives fresh common ground and registers its own clean-up. */
export function twoPodsContract(name: string, lay: () => Promise<Ground>): void {
  const start = async () => {
    const ground = await lay();
    const [a, b] = [await startPod(ground), await startPod(ground)];
    const { identity } = ground;
    const machine = (url: string, registration = 1, host = 'host') =>
      identity.machineToken({ registration, host }).then((token) => connectMachine(url, token));
    const browser = (url: string) => identity.ticket('machine').then((ticket) => connectBrowser(url, ticket));
    return { ground, a, b, machine, browser };
  };

  describe(`two pods: ${name}`, () => {
    it('a request crosses to the machine’s pod and its answer comes back', async () => {
      const { a, b, machine, browser } = await start();
      await machine(a.url);
      const reader = await browser(b.url);

      const answers = await Promise.all([1, 2, 3].map((number) => reader.request({ number })));

      assert.deepEqual(
        answers.map(({ answer }) => answer.status),
        [200, 200, 200],
      );
      for (const [index, { answer }] of answers.entries()) {
        assert.match(JSON.stringify(answer.body), new RegExp(`number.*${index + 1}`));
      }
    });

    it('an event is sent once per pod and reaches every reader once, in order', async () => {
      const { a, b, machine, browser } = await start();
      const source = await machine(a.url);
      const readers = [await browser(b.url), await browser(b.url), await browser(a.url)];
      const channel = randomUUID();
      for (const reader of readers) reader.sendControl({ kind: 'open', channel, cursor: FRESH });
      await source.control('open', 3);
      const before = a.relay.counters.messagesToPods;

      for (let sequence = 1; sequence <= 50; sequence++) {
        source.send(encodeFrame({ kind: FrameKind.events, channel, sequence }, Buffer.from(`${sequence}`)));
      }
      await Promise.all(readers.map((reader) => reader.frame(FrameKind.events, 50)));

      for (const reader of readers)
        assert.deepEqual(
          sequencesOf(reader),
          Array.from({ length: 50 }, (_, i) => i + 1),
        );
      assert.equal(a.relay.counters.messagesToPods - before, 50);
    });

    it('a snapshot goes to the one who asked, and only while the channel is open', async () => {
      const { a, b, machine, browser } = await start();
      const source = await machine(a.url);
      const [asker, other] = [await browser(b.url), await browser(b.url)];
      const channel = randomUUID();
      asker.sendControl({ kind: 'open', channel, cursor: { epoch: 1, seq: 7 } });
      const opened = await source.control('open');
      assert.deepEqual(opened.cursor, { epoch: 1, seq: 7 });
      other.sendControl({ kind: 'open', channel: randomUUID(), cursor: FRESH });
      await source.control('open', 2);

      const snapshot = {
        kind: FrameKind.snapshot,
        flags: FrameFlag.final,
        target: opened.peer,
        channel,
      } as const;
      source.send(encodeFrame({ ...snapshot, sequence: 9 }, Buffer.from('history')));
      assert.equal(payloadText((await asker.frame(FrameKind.snapshot)).payload), 'history');

      asker.sendControl({ kind: 'close', channel });
      await source.control('close');
      source.send(encodeFrame({ ...snapshot, sequence: 10 }));
      await asker.request({});
      assert.equal(asker.frames.filter((frame) => frame.kind === FrameKind.snapshot).length, 1);
      assert.equal(other.frames.length, 0);
    });

    it('a channel the machine refuses is told to its reader', async () => {
      const { a, b, machine, browser } = await start();
      const source = await machine(a.url);
      const reader = await browser(b.url);
      const channel = randomUUID();
      reader.sendControl({ kind: 'open', channel, cursor: FRESH });
      const { peer } = await source.control('open');

      source.sendControl({ kind: 'refused', peer, channel, code: 'not-found', message: 'no such session' });

      const refused = await reader.control('refused');
      assert.deepEqual(refused, { kind: 'refused', channel, code: 'not-found', message: 'no such session' });
    });

    it('a reader that leaves is told to the machine', async () => {
      const { a, b, machine, browser } = await start();
      const source = await machine(a.url);
      const reader = await browser(b.url);
      await reader.request({});

      reader.socket.disconnect();

      assert.deepEqual((await source.control('peer_left')).peer, (await source.control('peer_joined')).peer);
    });

    it('coming and going of the machine is told to readers on every pod, and requests meanwhile fail at once', async () => {
      const { a, b, machine, browser } = await start();
      const reader = await browser(b.url);
      assert.equal((await reader.control('welcome')).machine.online, false);

      const source = await machine(a.url);
      assert.equal((await reader.control('presence')).online, true);
      source.socket.terminate();
      const gone = await reader.control('presence', 2);
      const { answer, frame, ms } = await reader.request({});

      assert.equal(gone.online, false);
      assert.ok(Math.abs(Date.parse(gone.lastSeenAt ?? '') - Date.now()) < 5000);
      assert.equal(answer.status, 503);
      assert.equal(frame.flags, FrameFlag.fromRelay);
      assert.ok(ms < 1000, `answered in ${ms} ms`);
    });

    it('a request under way when the link breaks is answered by the relay at once', async () => {
      const { a, b, machine, browser } = await start();
      const source = await machine(a.url);
      source.onRequest = () => source.socket.terminate();
      const reader = await browser(b.url);

      const { answer, ms } = await reader.request({});

      assert.equal(answer.status, 503);
      assert.ok(ms < 1000);
    });

    it('the newest link of a machine wins on every pod, and the older is told who replaced it', async () => {
      const { a, b, machine, browser } = await start();
      const reader = await browser(a.url);
      const old = await machine(a.url);
      await reader.control('presence');

      const newer = await machine(b.url, 2, 'newer-host');

      assert.equal((await old.control('replaced')).host, 'newer-host');
      assert.equal(await old.closed(), CLOSE.replaced.code);
      await reader.control('presence', 2);
      const { answer } = await reader.request({ for: 'newer' });
      assert.equal(answer.status, 200);
      assert.equal(newer.frames.length, 1);
      assert.ok(reader.controls.every((control) => control.kind !== 'presence' || control.online));
    });

    it('of many links at once on both pods exactly one stays', async () => {
      const { a, b, machine } = await start();

      const links = await Promise.all(
        Array.from({ length: 12 }, (_, index) => machine(index % 2 ? a.url : b.url, 1, `host-${index}`)),
      );

      await until('one link left', () => links.filter((link) => link.closeCode === null).length === 1);
      assert.equal(a.relay.stats.machines + b.relay.stats.machines, 1);
    });

    it('a pod that dies is noticed: readers are told, its pending requests fail, and the machine comes back elsewhere', async () => {
      const { ground, a, b, machine, browser } = await start();
      const source = await machine(a.url);
      source.onRequest = () => {};
      const reader = await browser(b.url);
      const waiting = reader.request({});
      await until('the request arrived', () => source.frames.length === 1);

      // As a kill would: the inbox is heard no more and nothing is said.
      await a.bus.close();
      const { answer } = await waiting;
      const gone = await reader.control('presence');

      assert.equal(answer.status, 503);
      assert.equal(gone.online, false);
      const c = await startPod(ground);
      await machine(c.url);
      assert.equal((await reader.control('presence', 2)).online, true);
      assert.equal((await reader.request({})).answer.status, 200);
    });

    it('readers of a pod that died are forgotten by the machine’s pod', async () => {
      const { a, b, machine, browser } = await start();
      const source = await machine(a.url);
      const reader = await browser(b.url);
      await reader.request({});

      await b.bus.close();

      await source.control('peer_left');
    });

    for (const lost of ['request', 'answer'] as const) {
      it(`a request whose ${lost} got lost on the way is answered 503 soon, to be sent again`, async () => {
        const ground = await lay();
        const lossy = losing(ground, [lost]);
        const [a, b] = [await startPod(lossy), await startPod(lossy)];
        const source = await connectMachine(a.url, await ground.identity.machineToken());
        const reader = await connectBrowser(b.url, await ground.identity.ticket('machine'));

        const first = await reader.request({});
        const again = await reader.request({});

        assert.equal(first.answer.status, 503);
        assert.deepEqual(Object.keys((first.answer.body as { error: object }).error), ['code', 'message']);
        assert.equal(again.answer.status, 200);
        assert.equal(source.frames.length, lost === 'request' ? 1 : 2);
        assert.equal(a.relay.counters.requestsLost, 1);
      });
    }

    it('a request that the machine is still at work on is not taken for lost', async () => {
      const { a, b, machine, browser } = await start();
      const source = await machine(a.url);
      source.onRequest = (request) => void setTimeout(() => source.answer(request, { late: true }), 400);
      const reader = await browser(b.url);

      const { answer } = await reader.request({});

      assert.equal(answer.status, 200);
      assert.equal(a.relay.counters.requestsLost, 0);
    });

    it('interest that was lost on the way is mended by its repetition', async () => {
      const ground = await lay();
      const [a, b] = [await startPod(ground), await startPod(losing(ground, ['open', 'close']))];
      const source = await connectMachine(a.url, await ground.identity.machineToken());
      const reader = await connectBrowser(b.url, await ground.identity.ticket('machine'));
      const channel = randomUUID();

      reader.sendControl({ kind: 'open', channel, cursor: FRESH });
      assert.equal((await reader.control('gap')).channel, channel);
      reader.sendControl({ kind: 'open', channel, cursor: FRESH });
      await source.control('open');
      reader.sendControl({ kind: 'close', channel });

      assert.equal((await source.control('close')).channel, channel);
    });
  });
}

/** The same ground with a bus that loses the first message of each of these types. */
function losing(ground: Ground, types: readonly PodMessage['type'][]): Ground {
  const toLose = new Set(types);
  return {
    ...ground,
    connectBus(podId) {
      const bus = ground.connectBus(podId);
      const send: Bus['send'] = (target, message) => {
        if (!toLose.delete(message.type)) bus.send(target, message);
      };
      return { ...bus, send };
    },
  };
}

function sequencesOf(reader: FakeBrowser): number[] {
  return reader.frames.filter((frame) => frame.kind === FrameKind.events).map((frame) => frame.sequence);
}
