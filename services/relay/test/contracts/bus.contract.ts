/** What every implementation of Bus must do. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import type { Bus } from '../../src/routing/bus.ts';
import type { PodMessage } from '../../src/routing/pod-message.ts';
import { until } from '../support/until.ts';

/** Declares the cases. `connect` gives one more pod on the same medium and registers its own clean-up. */
export function busContract(name: string, connect: () => Promise<Bus>): void {
  describe(`bus: ${name}`, () => {
    it('carries every kind of message unchanged', async () => {
      const [here, there] = [await listening(connect), await listening(connect)];
      const messages = oneOfEach();

      for (const message of messages) here.bus.send(there.bus.podId, message);
      await until('all messages', () => there.heard.length === messages.length);

      assert.deepEqual(
        there.heard.map(({ message }) => comparable(message)),
        messages.map(comparable),
      );
      assert.ok(there.heard.every(({ from }) => from === here.bus.podId));
      assert.deepEqual(here.heard, []);
    });

    it('keeps the order of one sender over many ticks', async () => {
      const [here, there] = [await listening(connect), await listening(connect)];

      for (let reader = 1; reader <= 1000; reader++) {
        here.bus.send(there.bus.podId, { type: 'leave', machineId: 'm', reader });
        if (reader % 100 === 0) await new Promise((resolve) => setImmediate(resolve));
      }
      await until('a thousand messages', () => there.heard.length === 1000);

      const readers = there.heard.map(({ message }) => ('reader' in message ? message.reader : 0));
      assert.deepEqual(
        readers,
        readers.toSorted((a, b) => a - b),
      );
    });

    it('carries frames of eight megabytes', async () => {
      const [here, there] = [await listening(connect), await listening(connect)];
      const frame = Buffer.alloc(8 * 1024 * 1024, 7);

      here.bus.send(there.bus.podId, { type: 'answer', reader: 1, frame });
      here.bus.send(there.bus.podId, { type: 'leave', machineId: 'm', reader: 2 });
      await until('both messages', () => there.heard.length === 2);

      const [first] = there.heard;
      assert.ok(first?.message.type === 'answer' && Buffer.compare(first.message.frame, frame) === 0);
    });

    it('tells the sender of a message that reaches nobody', async () => {
      const here = await listening(connect);
      const message: PodMessage = { type: 'leave', machineId: 'm', reader: 9 };

      here.bus.send('nobody', message);
      await until('the report', () => here.undelivered.length === 1);

      assert.deepEqual(here.undelivered, [{ podId: 'nobody', message }]);
    });

    it('knows which pods are heard', async () => {
      const [here, there] = [await listening(connect), await listening(connect)];
      const asked = [there.bus.podId, 'nobody', here.bus.podId];

      assert.deepEqual(await here.bus.reachable(asked), new Set([there.bus.podId, here.bus.podId]));
      assert.ok(here.bus.isReady());

      await there.bus.close();
      await eventually(async () => !(await here.bus.reachable(asked)).has(there.bus.podId));
    });
  });
}

async function listening(connect: () => Promise<Bus>) {
  const bus = await connect();
  const heard: { from: string; message: PodMessage }[] = [];
  const undelivered: { podId: string; message: PodMessage }[] = [];
  await bus.listen({
    onMessage: (from, message) => heard.push({ from, message }),
    onUndelivered: (podId, message) => undelivered.push({ podId, message }),
    onOutage() {},
  });
  return { bus, heard, undelivered };
}

async function eventually(holds: () => Promise<boolean>): Promise<void> {
  const end = Date.now() + 3000;
  while (!(await holds())) assert.ok(Date.now() < end, 'not within 3 s');
}

function oneOfEach(): PodMessage[] {
  const machineId = randomUUID();
  const channel = randomUUID();
  const actor = { userId: 'u', name: 'Zoë 🙂' };
  const frame = Buffer.from(randomUUID());
  const place = { machineId, epoch: Date.now(), reader: 0xfffffff0 };
  return [
    { type: 'request', machineId, reader: 1, actor, frame },
    { type: 'open', machineId, reader: 2, actor, channel, cursor: { epoch: 3, seq: 2 ** 40 } },
    { type: 'close', machineId, reader: 2, channel },
    { type: 'leave', machineId, reader: 2 },
    {
      type: 'interest',
      machineId,
      reads: [
        [1, channel],
        [2, channel],
      ],
    },
    { type: 'interest', machineId, reads: [] },
    {
      type: 'awaits',
      machineId,
      requests: [
        [1, 0xffffffff],
        [2, 1],
      ],
    },
    { type: 'answer', reader: 1, frame },
    { type: 'snapshot', ...place, frame },
    { type: 'events', machineId, epoch: place.epoch, frame },
    { type: 'refused', ...place, channel, code: 'not-found', message: 'no such session' },
    { type: 'gap', ...place, channel },
    { type: 'unheld', machineId, reader: 1, target: 0xffffffff },
  ];
}

/** Frames as text, since a view and a copy are equal here. */
function comparable(message: PodMessage): object {
  return 'frame' in message ? { ...message, frame: Buffer.from(message.frame).toString() } : message;
}
