/**
 * The way of one relay to Redis: a door to each of its servers, with a weather of their own, and messages that get lost
 * when told so. Whoever is told where a server is, by a Sentinel or by a cluster, is led to the door of that server.
 */
import { startFaultProxy, type Weather } from './fault-proxy.ts';
import { startLossyRedis } from './lossy-redis.ts';
import { storeUrl, type Store } from './store.ts';

export interface StoreDoor {
  /** Redis as its relay is told. */
  readonly url: string;
  setWeather(weather: Partial<Weather>): void;
  /** Of the messages that the relay hears from now on, this share is lost; 0 to 1. */
  lose(share: number): void;
  close(): Promise<void>;
}

export async function openStoreDoor(store: Store, random: () => number): Promise<StoreDoor> {
  const doorOf = new Map<number, number>();
  const rewrite = (reply: Buffer) => withDoors(reply, doorOf);
  const open = async (port: number, isGuide: boolean) => {
    const network = await startFaultProxy(() => [port]);
    const named = isGuide || store.kind === 'cluster' ? { rewrite } : {};
    const door = await startLossyRedis({ port: network.port, random, ...named });
    doorOf.set(port, door.port);
    return { network, door };
  };
  const servers = await Promise.all(store.servers.map((port) => open(port, false)));
  const guides = await Promise.all(store.guides.map((port) => open(port, true)));
  const all = [...servers, ...guides];
  const portsOf = (doors: typeof all) => doors.map(({ door }) => door.port);

  return {
    url: storeUrl(store.kind, { servers: portsOf(servers), guides: portsOf(guides) }),
    setWeather(weather) {
      for (const { network } of all) network.setWeather(weather);
    },
    lose(share) {
      for (const { door } of servers) door.lose(share);
    },
    async close() {
      await Promise.all(all.map(({ door }) => door.close()));
      await Promise.all(all.map(({ network }) => network.close()));
    },
  };
}

/**
 * A reply with doors in place of servers: in lists of texts, as a Sentinel gives them; in lists of lists, as the slots
 * of a cluster; and in redirections. All ports here have five digits, so lengths stay as they are.
 */
export function withDoors(reply: Buffer, doorOf: ReadonlyMap<number, number>): Buffer {
  const text = reply.toString('latin1');
  const door = (port: string) => `${doorOf.get(Number(port)) ?? port}`;
  if (/^-(MOVED|ASK) /.test(text))
    return Buffer.from(
      text.replace(/:(\d{5})\r\n/, (_, port: string) => `:${door(port)}\r\n`),
      'latin1',
    );
  if (!/^\*\d+\r\n[*$]/.test(text)) return reply;
  const isOfLists = /^\*\d+\r\n\*/.test(text);
  const named = text.replaceAll(/\$5\r\n(\d{5})\r\n/g, (_, port: string) => `$5\r\n${door(port)}\r\n`);
  const numbered = isOfLists
    ? named.replaceAll(/:(\d{5})\r\n/g, (_, port: string) => `:${door(port)}\r\n`)
    : named;
  return Buffer.from(numbered, 'latin1');
}
