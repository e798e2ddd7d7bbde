/**
 * The relay most people would write first: Socket.IO for machines and browsers, one room per session, and the stock
 * Redis adapter between pods. No tokens, no history, no limits: only the way of an event. Run as a process.
 */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createAdapter } from '@socket.io/redis-adapter';
import { Redis } from 'ioredis';
import { Server } from 'socket.io';

interface FromPeers {
  /** A machine tells an event of a session. */
  event(session: string, event: object): void;
  /** A browser reads a session from here on; the call returns when it does. */
  read(session: string, reading: () => void): void;
}

interface ToReaders {
  event(session: string, event: object): void;
}

const publisher = new Redis(process.env['REDIS_URL'] ?? '');
const http = createServer();
const io = new Server<FromPeers, ToReaders>(http, {
  transports: ['websocket'],
  serveClient: false,
  adapter: createAdapter(publisher, publisher.duplicate()),
});
io.on('connection', (socket) => {
  socket.on('event', (session, event) => void io.to(session).emit('event', session, event));
  socket.on('read', (session, reading) => {
    void socket.join(session);
    reading();
  });
});
http.listen(0, '127.0.0.1', () => {
  process.send?.({ type: 'ready', url: `http://127.0.0.1:${(http.address() as AddressInfo).port}` });
});
