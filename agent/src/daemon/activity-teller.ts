/**
 * Tells the relay where this machine's turns stand: after each welcome that asks for it, when something changed, and as
 * the answer to a cordon. Changes are gathered, so that a busy machine tells a few times a second; the last one counts.
 */
import {
  ACTIVITY_TELL_MS,
  type Activity,
  type MachineToRelay,
  type RelayToMachine,
} from '@spectral/proto/wire';
import type { Clock } from '../clock.ts';
import type { Cordon, CordonOrder } from '../live/cordon.ts';

/** What of a relay connection is used. */
export interface TellingConnection {
  sendControl(frame: MachineToRelay): void;
}

export interface ActivityTeller {
  /** A connection was welcomed: from here on it is the one to tell, if its relay hears of it. */
  opened(connection: TellingConnection, hears: readonly string[]): void;
  /** Takes an order that came over this connection, and answers there. */
  order(connection: TellingConnection, order: CordonOrder & { readonly ask: number }): void;
  /** Something about turns or prompts may have changed. */
  changed(): void;
  close(): void;
}

interface Parts {
  readonly cordon: Cordon;
  /** Where turns stand now. */
  readonly read: () => Omit<Activity, 'cordon'>;
  /** A cordon was lifted: what it held back goes on. */
  readonly lifted: () => void;
  readonly clock: Clock;
  readonly log: (event: string, facts?: Record<string, unknown>) => void;
}

/** Whether a frame is an order to this file. */
export function isOrder(frame: RelayToMachine): frame is Extract<RelayToMachine, CordonOrder> {
  return frame.kind === 'cordon' || frame.kind === 'uncordon';
}

export function createActivityTeller(parts: Parts): ActivityTeller {
  return new Teller(parts);
}

class Teller implements ActivityTeller {
  readonly #parts: Parts;
  #connection: TellingConnection | null = null;
  #answers = 0;
  #toldLast = '';
  #toldAt = -ACTIVITY_TELL_MS;
  #cancelTelling: (() => void) | null = null;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  opened(connection: TellingConnection, hears: readonly string[]): void {
    this.#connection = hears.includes('activity') ? connection : null;
    this.#answers = 0;
    this.#toldLast = '';
    this.#tell();
  }

  order(connection: TellingConnection, { kind, fence, ask }: CordonOrder & { readonly ask: number }): void {
    const { log, lifted } = this.#parts;
    const wasCordoned = this.#parts.cordon.under !== null;
    const obeyed = this.#obey({ kind, fence });
    log(`fleet.${kind}`, { fence, obeyed });
    if (wasCordoned && this.#parts.cordon.under === null) lifted();
    if (connection === this.#connection) this.#answers = ask;
    // An order over a connection that is being left is answered there, and the other one hears of the change.
    connection.sendControl(this.#frame(ask));
    this.changed();
  }

  changed(): void {
    if (!this.#connection || this.#cancelTelling) return;
    const { clock } = this.#parts;
    const waitMs = this.#toldAt + ACTIVITY_TELL_MS - clock.now();
    if (waitMs <= 0) return this.#tell();
    this.#cancelTelling = clock.after(waitMs, () => {
      this.#cancelTelling = null;
      this.#tell();
    });
  }

  close(): void {
    this.#connection = null;
    this.#cancelTelling?.();
  }

  #tell(): void {
    if (!this.#connection) return;
    const frame = this.#frame(this.#answers);
    const text = JSON.stringify(frame);
    if (text === this.#toldLast) return;
    this.#toldLast = text;
    this.#toldAt = this.#parts.clock.now();
    this.#connection.sendControl(frame);
  }

  #frame(answers: number): Extract<MachineToRelay, { kind: 'activity' }> {
    const { cordon, read } = this.#parts;
    return { kind: 'activity', ...read(), cordon: cordon.under, fence: cordon.fence, answers };
  }

  /** An order that cannot be kept is not obeyed: the answer shows that. */
  #obey(order: CordonOrder): boolean {
    try {
      return this.#parts.cordon.obey(order);
    } catch (error) {
      this.#parts.log('fleet.order-not-kept', { message: String(error) });
      return false;
    }
  }
}
