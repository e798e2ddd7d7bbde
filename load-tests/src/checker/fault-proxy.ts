/**
 * A TCP proxy on loopback with weather: latency, thin bandwidth, partition, cut. It stands in front of several
 * targets as a load balancer does: each connection goes to one of them, and to another when that one refuses.
 */
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

export interface Weather {
  /** Added to each chunk, each way. */
  readonly delayMs: number;
  /** Each way; Infinity for no limit. */
  readonly bytesPerSecond: number;
  /** Nothing passes and nobody is told, until it ends. */
  readonly isPartitioned: boolean;
}

export const FAIR: Weather = { delayMs: 0, bytesPerSecond: Number.POSITIVE_INFINITY, isPartitioned: false };

export interface FaultProxy {
  readonly port: number;
  /** `127.0.0.1:<port>`. */
  readonly host: string;
  setWeather(weather: Partial<Weather>): void;
  /** Breaks every connection now, without a goodbye; later ones work again. */
  cut(): void;
  /** Breaks every connection on the near side alone. The far side keeps it, and later ones rather go elsewhere. */
  strand(): void;
  /** Stranded connections that the far side has not closed. */
  stranded(): number;
  /** The target of the newest connection; null while there is none. */
  target(): number | null;
  /** From now on connections go to this target, as long as it takes them; null: where they went before. */
  lead(target: number | null): void;
  close(): Promise<void>;
}

/** Bytes held back per direction before the sender is no longer read, as in a network's own buffers. */
const HELD_BYTES = 256 * 1024;

/** `targets` names the ports to try, in order, for a new connection. */
export async function startFaultProxy(targets: () => readonly number[]): Promise<FaultProxy> {
  const passages = new Set<Passage>();
  const stranded = new Map<Socket, number>();
  const state: { weather: Weather; led: number | null } = { weather: FAIR, led: null };
  const inOrder = () => {
    const hung = new Set(stranded.values());
    const rank = (port: number) => (port === state.led ? 0 : hung.has(port) ? 2 : 1);
    return targets().toSorted((a, b) => rank(a) - rank(b));
  };
  const server = createServer((inner) => {
    const passage = new Passage(inner, inOrder, () => state.weather);
    passages.add(passage);
    inner.once('close', () => passages.delete(passage));
    passage.begin();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const cut = () => {
    for (const passage of passages) passage.break();
  };
  return {
    port,
    host: `127.0.0.1:${port}`,
    setWeather(weather) {
      state.weather = { ...state.weather, ...weather };
      for (const passage of passages) passage.weatherChanged();
    },
    cut,
    strand() {
      for (const passage of passages) {
        const { target } = passage;
        const outer = passage.strand();
        if (!outer || target === null) continue;
        stranded.set(outer, target);
        outer.once('close', () => stranded.delete(outer));
      }
    },
    stranded: () => stranded.size,
    target: () => [...passages].findLast(({ target }) => target !== null)?.target ?? null,
    lead: (target) => void (state.led = target),
    async close() {
      cut();
      for (const outer of stranded.keys()) outer.destroy();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

/** One connection through the proxy. */
class Passage {
  readonly #inner: Socket;
  readonly #targets: () => readonly number[];
  readonly #weather: () => Weather;
  #outer: Socket | null = null;
  #lanes: readonly Lane[] = [];
  #hasBegun = false;
  /** An end that closed while the other could not be told. */
  #isBroken = false;
  #target: number | null = null;

  constructor(inner: Socket, targets: () => readonly number[], weather: () => Weather) {
    this.#inner = inner;
    this.#targets = targets;
    this.#weather = weather;
    inner.pause();
    inner.setNoDelay(true);
    inner.on('error', () => {});
    inner.on('close', () => this.#ended());
  }

  /** Where it leads; null before it does. */
  get target(): number | null {
    return this.#target;
  }

  begin(): void {
    if (this.#hasBegun || this.#weather().isPartitioned) return;
    this.#hasBegun = true;
    this.#connect([...this.#targets()]);
  }

  weatherChanged(): void {
    this.begin();
    if (this.#isBroken && !this.#weather().isPartitioned) return this.break();
    for (const lane of this.#lanes) lane.flush();
  }

  break(): void {
    abandon(this.#inner);
    if (this.#outer) abandon(this.#outer);
  }

  /** Breaks the near side. Gives the far one, which is left as it is and read no more; null when there is none. */
  strand(): Socket | null {
    const outer = this.#outer;
    this.#outer = null;
    abandon(this.#inner);
    if (!outer || outer.destroyed) return null;
    outer.removeAllListeners('data').resume();
    return outer;
  }

  #connect([port, ...others]: readonly number[]): void {
    if (port === undefined || this.#inner.destroyed) return this.break();
    const outer = connect(port, '127.0.0.1');
    outer.setNoDelay(true);
    const next = () => this.#connect(others);
    outer.once('error', next);
    outer.once('connect', () => {
      outer.off('error', next);
      outer.on('error', () => {});
      outer.on('close', () => this.#ended());
      this.#outer = outer;
      this.#target = port;
      if (this.#inner.destroyed) return abandon(outer);
      this.#lanes = [
        new Lane(this.#inner, outer, this.#weather),
        new Lane(outer, this.#inner, this.#weather),
      ];
      this.#inner.resume();
    });
  }

  /** A broken pair ends together; across a partition the other end hears of it only afterwards. */
  #ended(): void {
    this.#isBroken = true;
    if (!this.#weather().isPartitioned) this.break();
  }
}

/** Without a goodbye; one that is half closed already cannot be reset, and its handle would stay behind. */
function abandon(socket: Socket): void {
  if (socket.readyState === 'open') socket.resetAndDestroy();
  else socket.destroy();
}

/** Sent at once on a thin link. */
const SLICE_BYTES = 1_024;

/** One direction: what came in leaves in order, as the weather of the moment allows. */
class Lane {
  readonly #from: Socket;
  readonly #to: Socket;
  readonly #weather: () => Weather;
  readonly #held: { readonly arrivedAt: number; bytes: Buffer }[] = [];
  #heldBytes = 0;
  /** When the link is free again after what was sent last. */
  #freeAt = 0;
  #timer: NodeJS.Timeout | null = null;

  constructor(from: Socket, to: Socket, weather: () => Weather) {
    this.#from = from;
    this.#to = to;
    this.#weather = weather;
    from.on('data', (bytes: Buffer) => this.#take(bytes));
    from.on('close', () => this.#timer && clearTimeout(this.#timer));
    to.on('drain', () => this.flush());
  }

  flush(): void {
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = null;
    for (let next = this.#held[0]; next; next = this.#held[0]) {
      const { delayMs, bytesPerSecond, isPartitioned } = this.#weather();
      if (isPartitioned || this.#to.writableNeedDrain) return;
      const isThin = Number.isFinite(bytesPerSecond);
      const waitMs = Math.max(next.arrivedAt + delayMs, isThin ? this.#freeAt : 0) - performance.now();
      if (waitMs > 0) return void (this.#timer = setTimeout(() => this.flush(), waitMs));
      const bytes = next.bytes.subarray(0, isThin ? SLICE_BYTES : next.bytes.length);
      next.bytes = next.bytes.subarray(bytes.length);
      if (next.bytes.length === 0) this.#held.shift();
      this.#heldBytes -= bytes.length;
      this.#freeAt = performance.now() + (bytes.length * 1000) / bytesPerSecond;
      this.#to.write(bytes);
    }
    if (this.#heldBytes <= HELD_BYTES) this.#from.resume();
  }

  #take(bytes: Buffer): void {
    this.#held.push({ arrivedAt: performance.now(), bytes });
    this.#heldBytes += bytes.length;
    this.flush();
    if (this.#heldBytes > HELD_BYTES) this.#from.pause();
  }
}
