/** The least a relay can be: two WebSockets of `ws`, each message passed on as it is. Run as a process by measurements. */
import type { AddressInfo } from 'node:net';
import { WebSocketServer, type WebSocket } from 'ws';

const ends = new Map<string, WebSocket>();
const server = new WebSocketServer({ host: '127.0.0.1', port: 0, perMessageDeflate: false });
server.on('connection', (socket, { url = '' }) => {
  ends.set(url, socket);
  const other = url === '/machine' ? '/browser' : '/machine';
  socket.on('message', (data) => ends.get(other)?.send(data));
});
server.on('listening', () => {
  process.send?.({ type: 'ready', url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` });
});
