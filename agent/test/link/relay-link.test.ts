import { strict as assert } from 'node:assert';
import { CLOSE, FrameKind, encodeFrame } from '@spectral/proto/wire';
import type { LinkEnd } from '../../src/link/link-state.ts';
import { createRelayLink, type RelayLinkOptions } from '../../src/link/relay-link.ts';
import { useCleanUp } from '../support/clean-up.ts';
import { startFakeRelay } from '../support/fake-relay.ts';
import { createManualClock } from '../support/manual-clock.ts';
import { waitUntil } from '../support/wait-until.ts';

const CHANNEL = '22222222-2222-4222-8222-222222222222';

describe('the relay link', () => {
  const defer = useCleanUp();

  it('drops a silent socket by itself 120 to 135 s after the last frame, and comes back', async () => {
    const { relay, clock, link, logged } = await start();
    link.start();
    const machine = await relay.machine();
    await waitUntil('the welcome', () => link.isOpen);

    clock.advance(120_000);
    assert.ok(link.isOpen);
    clock.advance(15_000);
    const lost = await waitUntil('the loss', () => machine.closed);

    assert.equal(lost.code, 1006);
    assert.ok(logged.some((line) => line.startsWith('link.silent')));
    await waitUntil('the wait', () => !link.isOpen);
    clock.advance(1_000);
    await relay.machine(2);
    await waitUntil('the welcome', () => link.isOpen);
  });

  it('keeps a socket that is pinged', async () => {
    const { relay, clock, link } = await start();
    link.start();
    const machine = await relay.machine();
    await waitUntil('the welcome', () => link.isOpen);

    for (let round = 1; round <= 8; round++) {
      machine.say({ kind: 'ping' });
      await waitUntil('the pong', () => machine.control.length === round);
      clock.advance(25_000);
    }

    assert.ok(link.isOpen);
    assert.equal(relay.upgrades.length, 1);
  });

  it('drops an attempt that nobody answers, too', async () => {
    const { relay, clock, link, logged } = await start();
    relay.mute = true;
    link.start();
    await waitUntil('the attempt', () => relay.upgrades.length === 1);

    clock.advance(135_000);
    await waitUntil('the failure', () => logged.some((line) => line.startsWith('link.waiting')));
    relay.mute = false;
    clock.advance(1_000);

    await relay.machine(1);
  });

  it('does not touch the relay while the backend is unhealthy', async () => {
    const { relay, clock, link, health, logged } = await start();
    health.ok = false;
    link.start();

    for (let seconds = 0; seconds < 60; seconds++) {
      clock.advance(1_000);
      await Promise.resolve();
    }
    assert.equal(relay.upgrades.length, 0);
    assert.ok(logged.filter((line) => line.startsWith('link.waiting')).length >= 4);
    health.ok = true;
    clock.advance(30_000);

    await relay.machine();
  });

  it('sends the last 100 of 150 frames in order after the relay was away, before anybody hears that it is back', async () => {
    const { relay, clock, link, opened } = await start();
    relay.refuseWith = 503;
    link.start();
    await waitUntil('the refusal', () => relay.upgrades.length === 1);

    for (let number = 1; number <= 150; number++) link.send(eventFrame(number));
    relay.refuseWith = null;
    await waitUntil('the wait', () => clock.waiting().length === 2);
    clock.advance(1_000);
    const machine = await relay.machine();
    await waitUntil('the opening', () => opened.length === 1);
    link.send(eventFrame(151));
    await waitUntil('the frames', () => machine.frames.length === 101);

    assert.deepEqual(
      machine.frames.map((frame) => frame.sequence),
      Array.from({ length: 101 }, (_, index) => index + 51),
    );
  });

  it('logs an address that is none, and goes on trying', async () => {
    const { relay, clock, link, target, logged } = await start();
    target.relayUrl = 'no address';
    link.start();
    await waitUntil('the wait', () => logged.some((line) => line.startsWith('link.waiting')));

    target.relayUrl = relay.url;
    clock.advance(1_000);

    await relay.machine();
    assert.ok(logged.some((line) => line.startsWith('link.failed')));
  });

  it('renews its token when the relay answers 401, and uses the new one', async () => {
    const { relay, clock, link, target } = await start({
      renew: async () => {
        target.token = 'fresh';
        relay.refuseWith = null;
        return { type: 'renewed' };
      },
    });
    relay.refuseWith = 401;
    link.start();
    await waitUntil('the wait', () => clock.waiting().length === 2);
    clock.advance(1_000);

    await relay.machine();
    assert.deepEqual(
      relay.upgrades.map((upgrade) => upgrade.headers.authorization),
      ['Bearer stale', 'Bearer fresh'],
    );
  });

  it('ends when its token is refused for good', async () => {
    const { relay, link, ends } = await start({
      renew: async () => ({ type: 'refused', message: 'key rotated' }),
    });
    relay.refuseWith = 401;

    link.start();
    await waitUntil('the end', () => ends.length === 1);

    assert.deepEqual(ends, [{ reason: 'refused', message: 'key rotated' }]);
  });

  it('opens a second socket when the relay drains, and leaves the first one only then', async () => {
    const { relay, clock, link, opened } = await start();
    link.start();
    const first = await relay.machine();
    await waitUntil('the welcome', () => link.isOpen);

    first.say({ kind: 'drain', spreadMs: 1_000 });
    await waitUntil('the spread', () => clock.waiting().includes(500));
    clock.advance(500);
    const second = await relay.machine(2);
    await waitUntil('the switch', () => opened.length === 2);
    assert.equal(first.socket.readyState, first.socket.OPEN);
    link.send(eventFrame(1));
    await waitUntil('the frame', () => second.frames.length === 1);
    clock.advance(5_000);

    const left = await waitUntil('the leaving', () => first.closed);
    assert.equal(left.code, CLOSE.draining.code);
    assert.equal(first.frames.length, 0);
    assert.ok(link.isOpen);
  });

  it('survives control frames that are none', async () => {
    const { relay, link, logged } = await start();
    link.start();
    const machine = await relay.machine();
    await waitUntil('the welcome', () => link.isOpen);

    machine.socket.send('{"kind":');
    machine.socket.send('{"kind":"unheard-of"}');
    machine.sendBytes(Uint8Array.of(1, 2, 3));
    machine.say({ kind: 'ping' });
    await waitUntil('the pong', () => machine.control.length === 1);

    assert.equal(logged.filter((line) => line.startsWith('link.bad-frame')).length, 3);
  });

  it('keeps its memory bounded on a slow link, dropping the oldest frames', async () => {
    const { relay, link } = await start();
    link.start();
    const machine = await relay.machine();
    await waitUntil('the welcome', () => link.isOpen);
    machine.socket.pause();

    for (let number = 1; number <= 1_000; number++) link.send(eventFrame(number, 64 * 1024));
    await new Promise(setImmediate);
    machine.socket.resume();
    await waitUntil('the last frame', () => machine.frames.at(-1)?.sequence === 1_000);

    const numbers = machine.frames.map((frame) => frame.sequence);
    assert.ok(numbers.length < 400, `${numbers.length} frames were kept`);
    assert.deepEqual(
      numbers,
      numbers.toSorted((a, b) => a - b),
    );
    assert.deepEqual(
      numbers.slice(-100),
      Array.from({ length: 100 }, (_, index) => index + 901),
    );
  });

  async function start(changes: Partial<RelayLinkOptions> = {}) {
    const relay = await startFakeRelay(defer);
    const clock = createManualClock();
    const health = { ok: true };
    const target = { relayUrl: relay.url, token: 'stale' };
    const logged: string[] = [];
    const opened: unknown[] = [];
    const ends: LinkEnd[] = [];
    const link = createRelayLink({
      target: () => target,
      healthy: async () => health.ok,
      renew: async () => ({ type: 'renewal-failed' }),
      listener: {
        opened: (connection) => opened.push(connection),
        control: () => {},
        data: () => {},
        closed: () => {},
        ended: (end) => ends.push(end),
      },
      clock,
      random: () => 0.5,
      log: (event) => logged.push(event),
      ...changes,
    });
    defer(() => link.stop());
    return { relay, clock, health, target, link, logged, opened, ends };
  }
});

function eventFrame(sequence: number, bytes = 0): Uint8Array {
  return encodeFrame({ kind: FrameKind.events, channel: CHANNEL, sequence }, new Uint8Array(bytes));
}
