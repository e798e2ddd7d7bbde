/** Opening a port, loudly: the process says which address failed, why, and what to do. */
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/** The port could not be opened. `message` names it and the remedy. */
export class ListenFailed extends Error {
  readonly code = 'listen-failed';
  constructor(message: string, cause: unknown) {
    super(message, { cause });
    this.name = 'ListenFailed';
  }
}

/**
 * Connections that may wait to be accepted, for a fleet that comes back at once: whoever finds no place asks again only
 * after a second, then three, then seven. Linux takes no more than net.core.somaxconn, 4096 by default.
 */
const BACKLOG = 4_096;

/** Listens and resolves with the port really bound (useful with port 0). Throws ListenFailed. */
export async function listen(server: Server, address: { host: string; port: number }): Promise<number> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', (cause: NodeJS.ErrnoException) =>
      reject(new ListenFailed(remedy(cause, address), cause)),
    );
    server.listen({ ...address, backlog: BACKLOG }, resolve);
  });
  return (server.address() as AddressInfo).port;
}

/** Stops accepting, ends idle keep-alive connections, and after `graceMs` cuts what is left. */
export async function closeServer(server: Server, graceMs: number): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  server.closeIdleConnections();
  const cut = setTimeout(() => server.closeAllConnections(), graceMs);
  await closed;
  clearTimeout(cut);
}

function remedy(cause: NodeJS.ErrnoException, { host, port }: { host: string; port: number }): string {
  const where = `${host}:${port}`;
  if (cause.code === 'EADDRINUSE') {
    return `port ${port} is taken on ${host}: stop the program that uses it, or choose another with SPECTRAL_PORT`;
  }
  if (cause.code === 'EACCES')
    return `not allowed to open ${where}: ports below 1024 need rights; choose another with SPECTRAL_PORT`;
  if (cause.code === 'EADDRNOTAVAIL')
    return `${host} is no address of this host: choose one with SPECTRAL_HOST`;
  return `cannot open ${where}: ${cause.message}`;
}
