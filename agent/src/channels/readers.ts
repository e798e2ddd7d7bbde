/** Who reads which channel through the relay. A peer that opens a channel again is a new reader. */

/** One opening of a channel by one peer. */
export interface Reader {
  readonly peer: number;
  readonly channel: string;
}

export interface Readers {
  add(peer: number, channel: string): Reader;
  remove(peer: number, channel: string): void;
  removePeer(peer: number): void;
  removeChannel(channel: string): Reader[];
  clear(): void;
  has(channel: string): boolean;
  /** Whether this very opening still counts. */
  isCurrent(reader: Reader): boolean;
  channels(): string[];
}

export function createReaders(): Readers {
  const byChannel = new Map<string, Map<number, Reader>>();
  const remove = (peer: number, channel: string): void => {
    const readers = byChannel.get(channel);
    readers?.delete(peer);
    if (readers?.size === 0) byChannel.delete(channel);
  };
  return {
    add(peer, channel) {
      const reader = { peer, channel };
      const readers = byChannel.get(channel) ?? new Map<number, Reader>();
      byChannel.set(channel, readers.set(peer, reader));
      return reader;
    },
    remove,
    removePeer(peer) {
      for (const channel of byChannel.keys()) remove(peer, channel);
    },
    removeChannel(channel) {
      const readers = [...(byChannel.get(channel)?.values() ?? [])];
      byChannel.delete(channel);
      return readers;
    },
    clear: () => byChannel.clear(),
    has: (channel) => byChannel.has(channel),
    isCurrent: (reader) => byChannel.get(reader.channel)?.get(reader.peer) === reader,
    channels: () => [...byChannel.keys()],
  };
}
