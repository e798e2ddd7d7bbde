/**
 * Keeps a scripted machine connected as the daemon keeps itself: health before each reconnect, the waits of the contract,
 * and at a drain the new link up before the old one closes.
 */
import {
  BACKOFF_JITTER,
  BACKOFF_SCHEDULE_MS,
  type DataFrame,
  type RelayToMachine,
} from '@spectral/proto/wire';
import { openMachineWire, type MachineWire, type MachineWireListener } from './machine-wire.ts';

export interface KeptMachine {
  /** The link in use; null while there is none. */
  readonly wire: MachineWire | null;
  /** Breaks the link without a goodbye; it comes back by itself. */
  cut(): void;
  /** Ends for good. */
  close(): void;
}

export interface KeptMachineOptions {
  readonly token: string;
  /** Where the next link leads. */
  readonly relayUrl: () => string;
  /** The address of this host that it comes from; default: any. */
  readonly localAddress?: string;
  /** The gate before each attempt but the first. Never rejects. */
  readonly isHealthy: () => Promise<boolean>;
  /** From 0 up to 1. */
  readonly random: () => number;
  /** The relay welcomed this link, which is the one to use from now on. */
  onUp(wire: MachineWire): void;
  onControl(wire: MachineWire, control: RelayToMachine): void;
  onData(wire: MachineWire, frame: DataFrame): void;
  /** A link ended, or an attempt failed (`wasUp` false). */
  onEnd(wire: MachineWire, why: string, wasUp: boolean): void;
}

/** A link that is left stays this long for the answers that are still being worked on, unless the relay ends it. */
const LEAVE_AFTER_MS = 5_000;

/** Begins to connect. */
export function keepMachine(options: KeptMachineOptions): KeptMachine {
  const machine = new Keeper(options);
  machine.connect();
  return machine;
}

class Keeper implements KeptMachine {
  readonly #options: KeptMachineOptions;
  readonly #open = new Set<MachineWire>();
  #current: MachineWire | null = null;
  #attempt: MachineWire | null = null;
  #failures = 0;
  #hasEnded = false;

  constructor(options: KeptMachineOptions) {
    this.#options = options;
  }

  get wire(): MachineWire | null {
    return this.#current;
  }

  connect(): void {
    if (this.#hasEnded || this.#attempt) return;
    const { relayUrl, token, localAddress } = this.#options;
    const listener: MachineWireListener = {
      control: (from, control) => this.#control(from, control),
      data: (from, frame) => this.#options.onData(from, frame),
      ended: (from, why) => this.#ended(from, why),
    };
    const wire = openMachineWire(relayUrl(), token, listener, localAddress);
    this.#open.add(wire);
    this.#attempt = wire;
  }

  cut(): void {
    this.#current?.cut();
  }

  close(): void {
    this.#hasEnded = true;
    for (const wire of this.#open) wire.cut();
  }

  #control(wire: MachineWire, control: RelayToMachine): void {
    if (control.kind === 'welcome') return this.#promote(wire);
    if (control.kind === 'drain' && wire === this.#current) {
      setTimeout(() => this.connect(), this.#options.random() * control.spreadMs);
    }
    this.#options.onControl(wire, control);
  }

  #promote(wire: MachineWire): void {
    const previous = this.#current;
    this.#current = wire;
    this.#attempt = null;
    this.#failures = 0;
    this.#options.onUp(wire);
    if (previous) setTimeout(() => previous.close(), LEAVE_AFTER_MS);
  }

  #ended(wire: MachineWire, why: string): void {
    const wasUp = wire !== this.#attempt;
    this.#open.delete(wire);
    if (wire === this.#current) this.#current = null;
    if (wire === this.#attempt) this.#attempt = null;
    this.#options.onEnd(wire, why, wasUp);
    if (this.#current === null && this.#attempt === null && !this.#hasEnded) void this.#retry();
  }

  async #retry(): Promise<void> {
    const { isHealthy, random } = this.#options;
    await new Promise((resolve) => setTimeout(resolve, backoffMs(this.#failures++, random)));
    if (this.#hasEnded || this.#current || this.#attempt) return;
    if (await isHealthy()) this.connect();
    else void this.#retry();
  }
}

function backoffMs(failures: number, random: () => number): number {
  const slot = BACKOFF_SCHEDULE_MS[Math.min(failures, BACKOFF_SCHEDULE_MS.length - 1)] ?? 0;
  return slot * (1 + BACKOFF_JITTER * (2 * random() - 1));
}
