import { strict as assert } from 'node:assert';
import { FrameKind, encodeFrame, parse, relayToMachine } from '@spectral/proto/wire';
import { bytesOfHex, controlVectors, dataFrameVectors, requestVectors } from '@spectral/proto/vectors';
import { useCleanUp } from '../support/clean-up.ts';
import { serveDaemon } from '../support/serving-daemon.ts';
import { waitUntil } from '../support/wait-until.ts';

describe('a machine given the shared vectors', () => {
  const defer = useCleanUp();

  it('drops every bad control frame and data frame with a log line, and goes on', async () => {
    const { machine, logged } = await serveDaemon(defer);
    const texts = controlVectors.relayToMachine.bad.flatMap(({ text }) => text ?? []);
    const frames = dataFrameVectors.bad.flatMap(({ hex }) => (hex === undefined ? [] : [bytesOfHex(hex)]));

    for (const text of texts) machine.socket.send(text);
    for (const bytes of frames) machine.sendBytes(bytes);
    const answer = await machine.request('GET', '/api/health');

    assert.equal(answer.status, 200);
    assert.ok(texts.length > 0 && frames.length > 0);
    const dropped = logged.filter((line) => line.startsWith('link.bad-frame')).length;
    assert.equal(dropped, texts.length + frames.length);
  });

  it('reads every good control frame but those that end the link', async () => {
    const { machine, logged } = await serveDaemon(defer);

    for (const { text } of controlVectors.relayToMachine.good) {
      const { kind } = parse(relayToMachine, JSON.parse(text), 'vector');
      if (kind !== 'drain' && kind !== 'welcome') machine.socket.send(text);
    }

    assert.equal((await machine.request('GET', '/api/health')).status, 200);
    assert.equal(logged.filter((line) => line.startsWith('link.bad-frame')).length, 0);
  });

  it('answers 400 to every bad request', async () => {
    const { machine } = await serveDaemon(defer);
    const bad = requestVectors.request.bad.flatMap(({ text }) => text ?? []);

    for (const [index, text] of bad.entries()) {
      const payload = new TextEncoder().encode(text);
      machine.sendBytes(encodeFrame({ kind: FrameKind.request, target: index + 1, sequence: 7 }, payload));
    }
    await waitUntil('all answers', () => machine.frames.length === bad.length);

    assert.ok(bad.length > 0);
    for (const frame of machine.frames) assert.match(Buffer.from(frame.payload).toString(), /"status":400/);
  });
});
