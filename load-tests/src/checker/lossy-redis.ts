/**
 * A door to a Redis server that loses published messages on their way to subscribers: pub/sub promises no delivery, so
 * whoever relies on it must live with that. Where a reply names a server, the door to that server may stand instead.
 */
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

export interface LossyRedis {
  readonly port: number;
  /** Of the messages that subscribers get from now on, this share is lost; 0 to 1. */
  lose(share: number): void;
  close(): Promise<void>;
}

export interface LossyRedisOptions {
  /** Of the server. */
  readonly port: number;
  readonly random: () => number;
  /** Makes of every reply what is passed on. Default: the reply. */
  readonly rewrite?: (reply: Buffer) => Buffer;
}

const NOTHING = Buffer.alloc(0);
/** A message as subscribers get it, in either version of the protocol; sharded ones begin with an s. */
const MESSAGE = /^[*>]3\r\n\$[78]\r\ns?message\r\n/;
const MESSAGE_HEAD_BYTES = 24;

export async function startLossyRedis(options: LossyRedisOptions): Promise<LossyRedis> {
  const { port, random, rewrite = (reply: Buffer) => reply } = options;
  const open = new Set<Socket>();
  const state = { share: 0 };
  const isLost = () => state.share > 0 && random() < state.share;
  const server = createServer((inner) => {
    const outer = connect(port, '127.0.0.1');
    inner.pipe(outer);
    passReplies(outer, inner, (reply) => (isMessage(reply) ? (isLost() ? NOTHING : reply) : rewrite(reply)));
    for (const [socket, other] of [[inner, outer] as const, [outer, inner] as const]) {
      open.add(socket);
      socket.on('error', () => other.destroy());
      socket.on('close', () => {
        open.delete(socket);
        other.destroy();
      });
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    lose: (share) => void (state.share = share),
    async close() {
      for (const socket of open) socket.destroy();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

function passReplies(from: Socket, to: Socket, pass: (reply: Buffer) => Buffer): void {
  let rest: Buffer = NOTHING;
  from.on('data', (bytes: Buffer) => {
    const buffer = rest.length > 0 ? Buffer.concat([rest, bytes]) : bytes;
    const kept: Buffer[] = [];
    let at = 0;
    for (let end = endOfReply(buffer, at); end !== null; end = endOfReply(buffer, at)) {
      kept.push(pass(buffer.subarray(at, end)));
      at = end;
    }
    rest = buffer.subarray(at);
    const passed = Buffer.concat(kept);
    if (passed.length > 0) to.write(passed);
  });
}

function isMessage(reply: Buffer): boolean {
  return MESSAGE.test(reply.toString('latin1', 0, MESSAGE_HEAD_BYTES));
}

/** Where the reply that begins at `at` ends; null while it is not whole. See the RESP specification of Redis. */
export function endOfReply(buffer: Buffer, at: number): number | null {
  const lineEnd = buffer.indexOf('\r\n', at);
  if (lineEnd === -1) return null;
  const type = String.fromCharCode(buffer[at] ?? 0);
  const count = Number(buffer.toString('latin1', at + 1, lineEnd));
  const body = lineEnd + 2;
  if ('$!='.includes(type)) {
    const end = count < 0 ? body : body + count + 2;
    return end <= buffer.length ? end : null;
  }
  const children = '*~>'.includes(type) ? count : '%|'.includes(type) ? count * 2 : 0;
  let end: number | null = body;
  for (let index = 0; index < children && end !== null; index++) end = endOfReply(buffer, end);
  return end;
}
