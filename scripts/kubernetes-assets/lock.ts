// A lock between processes of one machine that can never be left behind: the kernel frees it with its holder.

import { once } from 'node:events';
import { createHash } from 'node:crypto';
import { connect, createServer, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { say } from '../launcher/say.mjs';

/** Resolves once this process alone holds the lock called `name`, with the function that gives it back. */
export async function holdLock(name: string): Promise<() => void> {
  // An abstract Unix socket: a name in the kernel without a file.
  const address = `\0spectral-${createHash('sha256').update(name).digest('hex').slice(0, 32)}`;
  for (let attempt = 0; ; attempt += 1) {
    const release = await lockAt(address);
    if (release !== null) return release;
    if (attempt === 0) say(`waiting for another process that makes ${name} …`);
    await endOfHolder(address);
  }
}

async function lockAt(address: string): Promise<(() => void) | null> {
  const waiters = new Set<Socket>();
  const server = createServer((waiter) => {
    waiters.add(waiter.unref());
    waiter.on('error', () => waiter.destroy());
    waiter.on('close', () => waiters.delete(waiter));
  });
  server.listen(address);
  try {
    await once(server, 'listening');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EADDRINUSE') return null;
    throw error;
  }
  server.unref();
  return () => {
    server.close();
    for (const waiter of waiters) waiter.destroy();
  };
}

/** The holder never writes: the connection ends when it does, or when it gives the lock back. */
async function endOfHolder(address: string): Promise<void> {
  const socket = connect(address);
  socket.on('error', () => undefined); // it ended between our two calls; the next attempt shows it
  socket.resume();
  await once(socket, 'close').catch(() => undefined);
  await delay(50);
}
