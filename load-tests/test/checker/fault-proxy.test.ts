import assert from 'node:assert/strict';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { startFaultProxy, type FaultProxy } from '../../src/checker/fault-proxy.ts';
import { waitFor } from '../../src/support/wait.ts';

const LIMIT_MS = 2_000;

/** A server that answers everything with its own name. */
interface Named {
  readonly port: number;
  readonly sockets: Set<Socket>;
  readonly server: Server;
}

describe('the proxy with faults', () => {
  const open: { proxy?: FaultProxy; a?: Named; b?: Named } = {};
  beforeEach(async () => {
    const [a, b] = [await named('a'), await named('b')];
    Object.assign(open, { a, b, proxy: await startFaultProxy(() => [a.port, b.port]) });
  });
  afterEach(async () => {
    await open.proxy?.close();
    for (const each of [open.a, open.b]) {
      for (const socket of each?.sockets ?? []) socket.destroy();
      each?.server.close();
    }
  });

  it('leads connections to the first target that takes them, or to the one it is told', async () => {
    const { proxy, b } = parts();

    assert.equal(await answerThrough(proxy), 'a');
    proxy.lead(b.port);
    assert.equal(await answerThrough(proxy), 'b');
    assert.equal(proxy.target(), b.port);
  });

  it('strands a connection: gone at the near side, open at the far one, and the next goes elsewhere', async () => {
    const { proxy, a, b } = parts();
    const near = connect(proxy.port, '127.0.0.1');
    near.on('error', () => {});
    await waitFor('the connection', LIMIT_MS, () => proxy.target() === a.port);
    const gone = new Promise((resolve) => near.once('close', resolve));

    proxy.strand();

    await gone;
    assert.deepEqual([a.sockets.size, proxy.stranded()], [1, 1]);
    assert.equal(await answerThrough(proxy), 'b');
    assert.equal(proxy.target(), b.port);
    for (const socket of a.sockets) socket.end();
    await waitFor('the far side to let go', LIMIT_MS, () => proxy.stranded() === 0);
  });

  function parts() {
    const { proxy, a, b } = open;
    assert.ok(proxy && a && b);
    return { proxy, a, b };
  }
});

async function named(name: string): Promise<Named> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    socket.on('error', () => {});
    socket.on('data', () => socket.write(name));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { port: (server.address() as AddressInfo).port, sockets, server };
}

/** The connection stays open. */
async function answerThrough(proxy: FaultProxy): Promise<string> {
  const socket = connect(proxy.port, '127.0.0.1');
  socket.on('error', () => {});
  socket.write('?');
  const [answer] = await new Promise<Buffer[]>((resolve) => socket.once('data', (bytes) => resolve([bytes])));
  return String(answer);
}
