/** Who reads which channel of one machine: per channel the pods, per pod the readers. */
const NOBODY: ReadonlyMap<string, ReadonlySet<number>> = new Map();

/** An event goes once to each pod of its channel, however many readers the pod has. */
export class InterestTable {
  readonly #channels = new Map<string, Map<string, Set<number>>>();

  add(channel: string, podId: string, reader: number): void {
    const pods = this.#channels.get(channel) ?? new Map<string, Set<number>>();
    const readers = pods.get(podId) ?? new Set<number>();
    readers.add(reader);
    pods.set(podId, readers);
    this.#channels.set(channel, pods);
  }

  /** True when the reader was there. */
  remove(channel: string, podId: string, reader: number): boolean {
    const pods = this.#channels.get(channel);
    const readers = pods?.get(podId);
    if (!pods || !readers?.delete(reader)) return false;
    if (readers.size === 0) pods.delete(podId);
    if (pods.size === 0) this.#channels.delete(channel);
    return true;
  }

  has(channel: string, podId: string, reader: number): boolean {
    return this.#channels.get(channel)?.get(podId)?.has(reader) ?? false;
  }

  /** The pods that read a channel, with their readers. */
  podsOf(channel: string): ReadonlyMap<string, ReadonlySet<number>> {
    return this.#channels.get(channel) ?? NOBODY;
  }

  /** What a pod reads, as a copy. */
  ofPod(podId: string): (readonly [reader: number, channel: string])[] {
    return [...this.#channels].flatMap(([channel, pods]) =>
      [...(pods.get(podId) ?? [])].map((reader) => [reader, channel] as const),
    );
  }

  removeReader(podId: string, reader: number): void {
    for (const channel of this.#channels.keys()) this.remove(channel, podId, reader);
  }

  clear(): void {
    this.#channels.clear();
  }
}
