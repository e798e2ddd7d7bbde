/** One machine that browsers on this pod are connected to: where it is held, and who reads what of it here. */
import { channelOf } from './frame-fields.ts';
import type { Reader } from './reader.ts';

/** Where a machine's link is. */
export interface Holder {
  readonly podId: string;
  readonly epoch: number;
}

/** A reader's place: what it reads, and what it waits for. */
export interface Seat {
  readonly reader: Reader;
  readonly machine: WatchedMachine;
  readonly channels: Set<string>;
  /** By its own request id: when it was sent, in milliseconds since 1970, and the pod that was asked. */
  readonly pending: Map<number, { readonly since: number; readonly podId: string }>;
}

const NO_SEATS: ReadonlySet<Seat> = new Set();

export class WatchedMachine {
  readonly machineId: string;
  holder: Holder | null = null;
  /** Milliseconds since 1970, or null when never seen. */
  lastSeenAt: number | null = null;
  /** The first look at where it is, under way or done; null before and after a failure. */
  located: Promise<void> | null = null;
  /** Set when a sweep found nobody here; a second one forgets the machine. */
  wasEmpty = false;
  readonly seats = new Set<Seat>();
  readonly #channels = new Map<string, Set<Seat>>();
  /** Links up to this epoch have ended, whatever a late message says. */
  #endedEpoch = 0;

  constructor(machineId: string) {
    this.machineId = machineId;
  }

  /** True when this is news: a link newer than the present one, or the present one found again. */
  held(holder: Holder): boolean {
    if (holder.epoch <= this.#endedEpoch) return false;
    if (this.holder && holder.epoch <= this.holder.epoch) return false;
    this.holder = holder;
    this.#forgetChannels();
    return true;
  }

  /** True when the present link ended. `final`: it was closed; otherwise it is out of sight and may be found again. */
  gone(epoch: number, at: number, final: boolean): boolean {
    if (final) this.#endedEpoch = Math.max(this.#endedEpoch, epoch);
    if (!this.holder || this.holder.epoch > epoch) return false;
    this.holder = null;
    this.lastSeenAt = Math.max(this.lastSeenAt ?? 0, at);
    this.#forgetChannels();
    return true;
  }

  open(seat: Seat, channel: string): void {
    seat.channels.add(channel);
    const seats = this.#channels.get(channel) ?? new Set<Seat>();
    seats.add(seat);
    this.#channels.set(channel, seats);
  }

  /** True when the seat read the channel. */
  close(seat: Seat, channel: string): boolean {
    const seats = this.#channels.get(channel);
    seats?.delete(seat);
    if (seats?.size === 0) this.#channels.delete(channel);
    return seat.channels.delete(channel);
  }

  leave(seat: Seat): void {
    for (const channel of seat.channels) this.close(seat, channel);
    this.seats.delete(seat);
  }

  /** Who reads the channel of this EVENTS or HEAD frame. */
  readersOf(frame: Uint8Array): ReadonlySet<Seat> {
    return this.#channels.get(channelOf(frame)) ?? NO_SEATS;
  }

  /** Everything read here, as the holder should know it. */
  reads(): (readonly [reader: number, channel: string])[] {
    return [...this.seats].flatMap((seat) =>
      [...seat.channels].map((channel) => [seat.reader.number, channel] as const),
    );
  }

  /** A new or lost link knows no readers: they open again. */
  #forgetChannels(): void {
    this.#channels.clear();
    for (const seat of this.seats) seat.channels.clear();
  }
}

/** A machine's presence in the form of the wire. */
export function presenceOf({ holder, lastSeenAt }: WatchedMachine): {
  online: boolean;
  lastSeenAt: string | null;
} {
  return {
    online: holder !== null,
    lastSeenAt: lastSeenAt === null ? null : new Date(lastSeenAt).toISOString(),
  };
}
