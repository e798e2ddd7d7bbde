import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { FrameKind, MACHINE_CHANNEL, encodeFrame } from '@spectral/proto/wire';
import { cleanUpAfterEach } from './support/clean-up.ts';
import { connectBrowser } from './support/fake-browser.ts';
import { connectMachine } from './support/fake-machine.ts';
import { createIdentity } from './support/identity.ts';
import { memoryGround, startPod } from './support/start-pod.ts';

describe('one relay pod', () => {
  cleanUpAfterEach();

  it('a request goes to the machine and its answer comes back under the browser’s own id', async () => {
    const { identity, url } = await start();
    const machine = await connectMachine(url, await identity.machineToken());
    const browser = await connectBrowser(url, await identity.ticket('machine'));

    const { answer } = await browser.request({ hello: 'there' });

    assert.equal(answer.status, 200);
    assert.match(JSON.stringify(answer.body), /there/);
    const joined = await machine.control('peer_joined');
    assert.deepEqual(joined.actor, { userId: 'user', name: 'User' });
    assert.equal(machine.frames[0]?.sequence, joined.peer);
  });

  it('events reach every reader of the channel and nobody else', async () => {
    const { identity, url } = await start();
    const machine = await connectMachine(url, await identity.machineToken());
    const [reader, other] = [
      await connectBrowser(url, await identity.ticket('machine')),
      await connectBrowser(url, await identity.ticket('machine')),
    ];
    const channel = randomUUID();
    reader.sendControl({ kind: 'open', channel, cursor: { epoch: 0, seq: 0 } });
    other.sendControl({ kind: 'open', channel: MACHINE_CHANNEL, cursor: { epoch: 0, seq: 0 } });
    await machine.control('open', 2);

    machine.send(encodeFrame({ kind: FrameKind.events, channel, sequence: 1 }, Buffer.from('one')));
    machine.send(encodeFrame({ kind: FrameKind.events, sequence: 1 }, Buffer.from('list')));

    assert.equal(Buffer.from((await reader.frame(FrameKind.events)).payload).toString(), 'one');
    assert.equal(Buffer.from((await other.frame(FrameKind.events)).payload).toString(), 'list');
    assert.equal(reader.frames.length + other.frames.length, 2);
  });
});

async function start() {
  const identity = await createIdentity();
  const pod = await startPod(memoryGround(identity));
  return { identity, url: pod.url };
}
