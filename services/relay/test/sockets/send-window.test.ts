import assert from 'node:assert/strict';
import { SendWindow } from '../../src/sockets/send-window.ts';

describe('send window', () => {
  it('refuses what does not fit, and takes it when the transport has drained', () => {
    const { conn, window } = start(100);

    assert.equal(window.offer(new Uint8Array(60)), true);
    assert.equal(window.offer(new Uint8Array(60)), false, 'gathered is not yet sent');
    window.flush();
    conn.flush();
    assert.equal(window.offer(new Uint8Array(60)), false, 'flushed is not yet sent');
    conn.drain();
    assert.equal(window.offer(new Uint8Array(60)), true);
    window.flush();
    assert.deepEqual(conn.written, [60, 60]);
  });

  it('sends what one moment brings in one message', async () => {
    const { conn, window } = start(1_000);

    window.offer(new Uint8Array(60));
    window.send(new Uint8Array(60));
    assert.deepEqual(conn.written, []);
    await Promise.resolve();

    assert.deepEqual(conn.written, [1 + 2 * (4 + 60)]);
    assert.equal(window.queued, 129, 'with the lengths in the bundle');
  });

  it('lets one frame of any size pass when nothing is on its way', () => {
    const { window } = start(100);

    assert.equal(window.offer(new Uint8Array(5_000)), true);
    assert.equal(window.offer(new Uint8Array(1)), false);
  });

  it('counts what goes another way', () => {
    const { conn, window } = start(100);

    window.note(90);
    assert.equal(window.offer(new Uint8Array(20)), false);
    conn.flush();
    conn.drain();

    assert.equal(window.queued, 0);
  });

  it('counts what was sent past it', () => {
    const { window } = start(100);

    window.send(new Uint8Array(90));

    assert.equal(window.queued, 90);
    assert.equal(window.offer(new Uint8Array(20)), false);
  });
});

function start(bytes: number) {
  const listeners: { flush: () => void; drain: () => void } = { flush() {}, drain() {} };
  const written: number[] = [];
  const conn = {
    written,
    write: (data: Uint8Array) => written.push(data.length),
    on: (_event: 'flush', listener: () => void) => void (listeners.flush = listener),
    transport: { on: (_event: 'drain', listener: () => void) => void (listeners.drain = listener) },
    flush: () => listeners.flush(),
    drain: () => listeners.drain(),
  };
  return { conn, window: new SendWindow(conn, bytes) };
}
