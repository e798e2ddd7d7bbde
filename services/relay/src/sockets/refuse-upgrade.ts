/** Answers an HTTP upgrade with a plain HTTP error and ends the connection. */
import { STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import type { ErrorBody } from '@spectral/proto/wire';

export function refuseUpgrade(socket: Duplex, status: number, body: ErrorBody): void {
  const text = JSON.stringify(body);
  const lines = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}`,
    'content-type: application/json',
    `content-length: ${Buffer.byteLength(text)}`,
    ...(status === 503 ? ['retry-after: 1'] : []),
    'connection: close',
    '',
    text,
  ];
  // The peer may be gone already; there is nobody to tell then.
  socket.on('error', () => {});
  socket.end(lines.join('\r\n'));
}
