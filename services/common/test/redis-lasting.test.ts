import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { Redis } from 'ioredis';
import { silentLogger } from '../src/logger.ts';
import { openRedis } from '../src/redis-connection.ts';
import { startRedisProcess } from './support/redis-process.ts';

const LIMIT_MS = 5_000;

describe('a connection to Redis behind a Sentinel', function () {
  this.timeout(15_000);
  const ends: (() => unknown)[] = [];
  afterEach(async () => {
    for (const end of ends.splice(0).toReversed()) await end();
  });

  it('comes back when a fail-over is announced while it asks for the master', async () => {
    const master = await startRedisProcess();
    ends.push(() => master.stop());
    const sentinel = await startScriptedSentinel(master.port);
    ends.push(() => sentinel.close());
    const redis = openRedis({ url: `redis+sentinel://127.0.0.1:${sentinel.port}/mymaster` }, silentLogger());
    ends.push(() => redis.disconnect());
    if (redis.status !== 'ready') await once(redis, 'ready');
    await until('the connection hears of fail-overs', () => sentinel.listeners() === 1);

    sentinel.hold();
    await dropClients(master.port);
    await until('the connection asks for the master', () => sentinel.held() === 1);
    sentinel.announceFailOver();
    await until('the announcement is heard', () => sentinel.listeners() === 0);
    sentinel.answer();

    await until('the connection is back', () => redis.status === 'ready');
    assert.equal(await redis.ping(), 'PONG');
  });

  it('stays away when it was told to end', async () => {
    const master = await startRedisProcess();
    ends.push(() => master.stop());
    const redis = openRedis({ url: `redis://127.0.0.1:${master.port}` }, silentLogger());
    if (redis.status !== 'ready') await once(redis, 'ready');

    redis.disconnect();

    await until('it ends', () => redis.status === 'end');
    await new Promise((resolve) => setTimeout(resolve, 300));
    assert.equal(redis.status, 'end');
  });
});

/** A Sentinel that says when it is asked: it can hold its answer back, and announce a fail-over meanwhile. */
async function startScriptedSentinel(masterPort: number) {
  const sockets = new Set<Socket>();
  const listening = new Set<Socket>();
  const state = { isHolding: false, held: [] as (() => void)[] };
  const name = `*2\r\n$9\r\n127.0.0.1\r\n$${`${masterPort}`.length}\r\n${masterPort}\r\n`;
  const answer = (socket: Socket, [command = '', question = '']: readonly string[]) => {
    const tell = () => void socket.write(name);
    if (question === 'get-master-addr-by-name') return state.isHolding ? void state.held.push(tell) : tell();
    if (command === 'subscribe') {
      listening.add(socket);
      socket.write('*3\r\n$9\r\nsubscribe\r\n$14\r\n+switch-master\r\n:1\r\n');
    } else socket.write(REPLIES[question] ?? REPLIES[command] ?? '+OK\r\n');
  };
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    socket.on('close', () => {
      sockets.delete(socket);
      listening.delete(socket);
    });
    socket.on('data', (bytes) => {
      for (const words of commandsIn(String(bytes))) answer(socket, words);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    listeners: () => listening.size,
    held: () => state.held.length,
    hold: () => void (state.isHolding = true),
    answer() {
      state.isHolding = false;
      for (const release of state.held.splice(0)) release();
    },
    announceFailOver() {
      for (const socket of listening)
        socket.write('*3\r\n$7\r\nmessage\r\n$14\r\n+switch-master\r\n$8\r\nmymaster\r\n');
    },
    close() {
      for (const socket of sockets) socket.destroy();
      server.close();
    },
  };
}

const REPLIES: Readonly<Record<string, string>> = {
  hello: "-ERR unknown command 'HELLO'\r\n",
  sentinels: '*0\r\n',
};

/** The words of each command, in lower case; none of them holds a line break. */
function commandsIn(text: string): string[][] {
  const commands = text
    .toLowerCase()
    .split(/^\*\d+\r\n/m)
    .filter(Boolean);
  return commands.map((command) => command.split('\r\n').filter((_, index) => index % 2 === 1));
}

/** As a server does with its clients when it is made to follow another. */
async function dropClients(port: number): Promise<void> {
  const redis = new Redis({ port, host: '127.0.0.1' });
  await redis.call('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes');
  redis.disconnect();
}

async function until(what: string, condition: () => boolean): Promise<void> {
  const end = Date.now() + LIMIT_MS;
  while (!condition()) {
    if (Date.now() > end) throw new Error(`not within ${LIMIT_MS} ms: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
