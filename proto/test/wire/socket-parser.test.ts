import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import fc from 'fast-check';
import { Server, type Socket as ServerSocket } from 'socket.io';
import { io, type Socket } from 'socket.io-client';
import { BROWSER_LINK_PATH, CONTROL_EVENT, DATA_EVENT, socketParser } from '../../wire/index.ts';
import { bytesOfHex, hexOfBytes, packetVectors } from '../../vectors/index.ts';

type Packet = Parameters<InstanceType<typeof socketParser.Encoder>['encode']>[0];

describe('socket parser', () => {
  for (const { name, text, hex, packet } of packetVectors.good) {
    it(`reads and writes ${name}`, () => {
      const chunk = text ?? bytesOfHex(hex ?? '');

      const [decoded] = decodedOf(chunk);

      assert.deepEqual(withHex(decoded), { ...packet });
      assert.deepEqual(decoded ? encodedOf(decoded) : [], [text ?? hex]);
    });
  }
  for (const { name, text = '', error } of packetVectors.bad) {
    it(`refuses ${name}`, () => assert.throws(() => decodedOf(text), { code: error }));
  }

  it('reads any text as a packet or refuses it', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json()), (text) => {
        try {
          decodedOf(text);
        } catch (error) {
          assert.equal(error instanceof Error && error.name, 'BadFrame');
        }
      }),
    );
  });

  it('reads the bytes of browsers, which come as an ArrayBuffer', () => {
    const [packet] = decodedOf(Uint8Array.of(1, 2, 3).buffer);

    assert.deepEqual(withHex(packet), { type: 2, nsp: '/', data: ['d'], dataHex: '010203' });
  });

  it('falls silent when destroyed', () => {
    const decoder = new socketParser.Decoder();
    decoder.on('decoded', () => assert.fail('nobody listens any more'));

    decoder.destroy();
    decoder.add('{"t":1,"n":"/"}');
  });
});

describe('socket parser on a real Socket.IO connection', () => {
  const cleanUp: (() => Promise<void> | void)[] = [];
  afterEach(async () => {
    for (const clean of cleanUp.splice(0).toReversed()) await clean();
  });

  it('carries text and bytes both ways, unchanged and in order', async () => {
    const { server, client } = await connected(cleanUp);
    const bytes = Uint8Array.from({ length: 300_000 }, (_, index) => index % 251);
    server.on(CONTROL_EVENT, (text: string) => server.emit(CONTROL_EVENT, `${text} back`));
    server.on(DATA_EVENT, (data: Uint8Array) => server.emit(DATA_EVENT, data));
    const heard: unknown[] = [];
    const all = new Promise<void>((resolve) => {
      client.onAny((_event, value: unknown) => void (heard.push(value) === 4 && resolve()));
    });

    for (const text of ['{"kind":"pong"}', 'żółć ✓']) {
      client.emit(CONTROL_EVENT, text);
      client.emit(DATA_EVENT, bytes);
    }
    await all;

    const plain = heard.map((value) => (value instanceof Uint8Array ? hexOfBytes(value) : value));
    assert.deepEqual(plain, ['{"kind":"pong"} back', hexOfBytes(bytes), 'żółć ✓ back', hexOfBytes(bytes)]);
  });

  it('sends a data frame as one WebSocket message of just its bytes', async () => {
    const { server, client } = await connected(cleanUp);
    const messages: unknown[] = [];
    client.io.engine.on('packet', ({ data }) => void messages.push(data));
    const arrived = new Promise((resolve) => client.once(DATA_EVENT, resolve));

    server.emit(DATA_EVENT, Uint8Array.of(7, 8, 9));
    await arrived;

    assert.deepEqual(
      messages.map((data) => (data instanceof Uint8Array ? [...data] : data)),
      [[7, 8, 9]],
    );
  });

  it('ends only the connection whose peer sends no packet', async () => {
    const { server, client, http } = await connected(cleanUp);
    const other = await connectTo(http, cleanUp);
    const ended = new Promise((resolve) => server.once('disconnect', resolve));

    client.io.engine.write('no packet at all');
    await ended;

    assert.equal(other.connected, true);
  });
});

function decodedOf(chunk: string | ArrayBuffer | Uint8Array): Packet[] {
  const packets: Packet[] = [];
  const decoder = new socketParser.Decoder();
  decoder.on('decoded', (packet) => void packets.push(packet));
  decoder.add(chunk);
  return packets;
}

function encodedOf(packet: Packet): string[] {
  return new socketParser.Encoder()
    .encode(packet)
    .map((chunk) => (typeof chunk === 'string' ? chunk : hexOfBytes(chunk)));
}

/** A packet in the form of the vectors: bytes as hex, absent fields left out. */
function withHex(packet: Packet | undefined): unknown {
  if (!packet) return packet;
  const plain: unknown = JSON.parse(
    JSON.stringify({ type: packet.type, nsp: packet.nsp, data: packet.data }),
  );
  const bytes: unknown = Array.isArray(packet.data) ? packet.data[1] : undefined;
  if (!(bytes instanceof Uint8Array)) return plain;
  return { type: packet.type, nsp: packet.nsp, data: [DATA_EVENT], dataHex: hexOfBytes(bytes) };
}

async function connected(
  cleanUp: (() => Promise<void> | void)[],
): Promise<{ server: ServerSocket; client: Socket; http: string }> {
  const httpServer = createServer();
  const sockets = new Server(httpServer, {
    path: BROWSER_LINK_PATH,
    parser: socketParser,
    transports: ['websocket'],
    serveClient: false,
  });
  cleanUp.push(() => sockets.close());
  await new Promise<void>((resolve) => void httpServer.listen(0, '127.0.0.1', resolve));
  const http = `http://127.0.0.1:${(httpServer.address() as AddressInfo).port}`;
  const arrived = new Promise<ServerSocket>((resolve) => void sockets.once('connection', resolve));
  const client = await connectTo(http, cleanUp);
  return { server: await arrived, client, http };
}

async function connectTo(http: string, cleanUp: (() => Promise<void> | void)[]): Promise<Socket> {
  const options = {
    path: BROWSER_LINK_PATH,
    parser: socketParser,
    transports: ['websocket'],
    forceNew: true,
    reconnection: false,
  };
  const client = io(http, options);
  cleanUp.push(() => void client.disconnect());
  await new Promise<void>((resolve, reject) => {
    client.once('connect', resolve);
    client.once('connect_error', reject);
  });
  return client;
}
