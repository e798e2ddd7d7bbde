/** A small TCP load balancer: a new connection goes to the target with the fewest, among those whose `/ready` says so. */
import { get } from 'node:http';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { waitFor } from '../support/wait.ts';

export interface Balancer {
  /** `http://127.0.0.1:<port>`. */
  readonly url: string;
  /** Connections of each target now, by its address. */
  connections(): ReadonlyMap<string, number>;
  /** Takes a target in; resolves when it is ready. */
  add(url: string): Promise<void>;
  close(): Promise<void>;
}

interface Target {
  readonly url: string;
  isReady: boolean;
  connections: number;
}

/** How often each target is asked. */
const LOOK_MS = 100;

export async function startBalancer(): Promise<Balancer> {
  const targets: Target[] = [];
  const open = new Set<Socket>();
  const server = createServer((inner) => passOn(inner, targets, open));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const look = setInterval(() => {
    for (const target of targets) void isReady(target.url).then((ready) => (target.isReady = ready));
  }, LOOK_MS);
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    connections: () => new Map(targets.map(({ url, connections }) => [url, connections])),
    async add(url) {
      const target = { url, isReady: false, connections: 0 };
      targets.push(target);
      await waitFor(`${url} to be ready`, 10_000, () => target.isReady);
    },
    async close() {
      clearInterval(look);
      for (const socket of open) socket.destroy();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

/** The target for the next connection; undefined when none is ready. */
export function leastBusy(targets: readonly Target[]): Target | undefined {
  const ready = targets.filter((target) => target.isReady);
  return ready.toSorted((one, other) => one.connections - other.connections)[0];
}

function passOn(inner: Socket, targets: readonly Target[], open: Set<Socket>): void {
  const target = leastBusy(targets);
  if (!target) return void inner.resetAndDestroy();
  target.connections += 1;
  const outer = connect(Number(new URL(target.url).port), '127.0.0.1');
  outer.once('close', () => (target.connections -= 1));
  for (const [socket, other] of [[inner, outer] as const, [outer, inner] as const]) {
    open.add(socket);
    socket.setNoDelay(true);
    socket.pipe(other);
    socket.on('error', () => other.destroy());
    socket.on('close', () => {
      open.delete(socket);
      // What is on its way to the other end still gets there.
      other.end();
    });
  }
}

function isReady(url: string): Promise<boolean> {
  return new Promise((resolve) => {
    const request = get(`${url}/ready`, { timeout: 1_000 }, (response) => {
      response.resume();
      resolve(response.statusCode === 200);
    });
    request.on('timeout', () => request.destroy());
    request.on('error', () => resolve(false));
  });
}
