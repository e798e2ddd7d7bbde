import assert from 'node:assert/strict';
import { IncomingMessage } from 'node:http';
import { Socket } from 'node:net';
import { Duplex } from 'node:stream';
import { WebSocketServer } from 'ws';
import { MachineWebSocket, type MachineWebSocketListener } from '../../src/sockets/machine-web-socket.ts';

/** A masked text frame with one letter, as a client sends it. */
const LETTER = Buffer.from([0x81, 0x81, 0, 0, 0, 0, 0x61]);
const KEY = 'dGhlIHNhbXBsZSBub25jZQ==';

describe('a machine’s WebSocket', () => {
  it('tells its own listener what comes, and once that it closed', async () => {
    const [one, other] = [socket(), socket()];
    const told = [listener(), listener()] as const;
    one.web.tell(told[0]);
    other.web.tell(told[1]);

    one.stream.push(LETTER);
    await new Promise((resolve) => setImmediate(resolve));
    one.stream.destroy();
    await told[0].closed;

    assert.deepEqual(told[0].messages, ['a']);
    assert.deepEqual(told[1].messages, []);
  });

  it('has no functions of its own: what an idle one keeps is counted in bytes', () => {
    const [one, other] = [socket().web, socket().web];
    one.tell(listener());
    other.tell(listener());

    for (const event of ['message', 'close', 'error']) {
      assert.deepEqual(one.listeners(event), other.listeners(event));
    }
  });
});

function socket(): { web: MachineWebSocket; stream: Duplex } {
  const server = new WebSocketServer({ noServer: true, clientTracking: false, WebSocket: MachineWebSocket });
  const made: { web: MachineWebSocket | null } = { web: null };
  const stream = new Duplex({ read() {}, write: (_bytes, _encoding, done) => done() });
  const headers = { upgrade: 'websocket', 'sec-websocket-key': KEY, 'sec-websocket-version': '13' };
  const request = Object.assign(new IncomingMessage(new Socket()), { method: 'GET', url: '/', headers });
  server.handleUpgrade(request, stream, Buffer.alloc(0), (web) => (made.web = web));
  if (!made.web) throw new Error('the upgrade was refused');
  return { web: made.web, stream };
}

function listener(): MachineWebSocketListener & {
  readonly messages: string[];
  readonly closed: Promise<void>;
} {
  const { promise, resolve } = Promise.withResolvers<void>();
  const messages: string[] = [];
  return {
    messages,
    closed: promise,
    onMessage: (data) => messages.push(Buffer.isBuffer(data) ? data.toString() : 'in parts'),
    onClose: () => resolve(),
  };
}
