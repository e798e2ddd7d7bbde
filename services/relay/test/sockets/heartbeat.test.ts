import assert from 'node:assert/strict';
import { PING_INTERVAL_MS, SILENCE_MS } from '@spectral/proto/wire';
import { createHeartbeat, dueOf } from '../../src/sockets/heartbeat.ts';

describe('heartbeat of the machine links', () => {
  it('pings each interval and gives up after the silence', () => {
    const { clock, heartbeat, seen } = start();

    for (let second = 0; second <= 100; second++) {
      clock.now = second * 1000;
      heartbeat.check();
    }

    assert.deepEqual(seen.slice(0, 4), ['ping 25', 'ping 50', 'ping 75', 'silent 90']);
  });

  it('goes on for as long as something is heard', () => {
    const { clock, heartbeat, pulse, seen } = start();

    for (let second = 0; second <= 300; second++) {
      clock.now = second * 1000;
      if (second % 80 === 0) pulse.heard();
      heartbeat.check();
    }

    assert.ok(!seen.some((event) => event.startsWith('silent')));
    assert.equal(seen.length, 12);
  });

  it('leaves a link alone that has stopped', () => {
    const { clock, heartbeat, pulse, seen } = start();

    pulse.stop();
    clock.now = 1_000_000;
    heartbeat.check();

    assert.deepEqual(seen, []);
  });

  it('decides by the two times alone', () => {
    const periods = { pingIntervalMs: 25, silenceMs: 90 };

    assert.equal(dueOf({ heardAt: 0, pingedAt: 0 }, 24, periods), null);
    assert.equal(dueOf({ heardAt: 0, pingedAt: 0 }, 25, periods), 'ping');
    assert.equal(dueOf({ heardAt: 0, pingedAt: 75 }, 89, periods), null);
    assert.equal(dueOf({ heardAt: 0, pingedAt: 75 }, 90, periods), 'silent');
  });
});

function start() {
  const clock = { now: 0 };
  const seen: string[] = [];
  const heartbeat = createHeartbeat({
    pingIntervalMs: PING_INTERVAL_MS,
    silenceMs: SILENCE_MS,
    now: () => clock.now,
  });
  const pulse = heartbeat.add({
    ping: () => seen.push(`ping ${clock.now / 1000}`),
    onSilent: () => seen.push(`silent ${clock.now / 1000}`),
  });
  return { clock, heartbeat, seen, pulse };
}
