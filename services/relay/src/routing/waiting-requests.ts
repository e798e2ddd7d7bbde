/** The requests that browsers on this pod wait for: each ends in exactly one answer, the machine's or the relay's. */
import type { RelayCounters } from '../counters.ts';
import { readTarget } from './frame-fields.ts';
import { BROKEN, answerFrame, timeoutAnswer } from './relay-answer.ts';
import type { Seat } from './watched-machine.ts';

interface Parts {
  readonly counters: RelayCounters;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** The relay answers 504 after this long. */
  readonly timeoutMs: number;
}

/** Requests to one machine on another pod. */
export interface AskedOfPod {
  readonly podId: string;
  readonly machineId: string;
  readonly requests: readonly (readonly [reader: number, target: number])[];
}

export class WaitingRequests {
  readonly #parts: Parts;
  /** Seats with requests under way, so that the clock looks at no other. */
  readonly #seats = new Set<Seat>();

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** The seat's request `target` has been sent to this pod. */
  add(seat: Seat, target: number, podId: string): void {
    seat.pending.set(target, { since: this.#parts.now(), podId });
    this.#seats.add(seat);
  }

  /** Hands a RESPONSE on; false when nobody awaits it (any more). */
  answer(seat: Seat, frame: Uint8Array): boolean {
    if (!this.#settle(seat, readTarget(frame))) return false;
    seat.reader.sendAnswer(frame);
    return true;
  }

  /** The way to the machine broke. */
  fail(seat: Seat, target: number): void {
    if (!this.#settle(seat, target)) return;
    this.#parts.counters.requestsBroken += 1;
    seat.reader.sendAnswer(answerFrame(target, BROKEN));
  }

  /** A pod died: what was asked of it gets no answer. */
  failOf(podId: string): void {
    this.#failWhere((asked) => asked === podId);
  }

  /** The way to other pods broke. */
  failBeyond(ownPodId: string): void {
    this.#failWhere((asked) => asked !== ownPodId);
  }

  /** Gives up on requests past their time. */
  giveUp(): void {
    const before = this.#parts.now() - this.#parts.timeoutMs;
    for (const seat of this.#seats) {
      for (const [target, { since }] of seat.pending) {
        if (since > before || !this.#settle(seat, target)) continue;
        this.#parts.counters.requestsTimedOut += 1;
        seat.reader.sendAnswer(answerFrame(target, timeoutAnswer(this.#parts.timeoutMs)));
      }
    }
  }

  /** What was asked until `time` of pods other than one's own, by pod and machine. */
  *askedOfOthers(ownPodId: string, time: number): Iterable<AskedOfPod> {
    const byPlace = new Map<string, AskedOfPod & { readonly requests: [number, number][] }>();
    for (const { reader, machine, pending } of this.#seats) {
      for (const [target, { since, podId }] of pending) {
        if (podId === ownPodId || since > time) continue;
        const { machineId } = machine;
        const place = `${podId} ${machineId}`;
        const asked = byPlace.get(place) ?? { podId, machineId, requests: [] };
        asked.requests.push([reader.number, target]);
        byPlace.set(place, asked);
      }
    }
    yield* byPlace.values();
  }

  /** The reader is gone. */
  forget(seat: Seat): void {
    this.#seats.delete(seat);
  }

  /** The pods that owe an answer. */
  pods(): Set<string> {
    const pods = new Set<string>();
    for (const { pending } of this.#seats) for (const { podId } of pending.values()) pods.add(podId);
    return pods;
  }

  get size(): number {
    let sum = 0;
    for (const { pending } of this.#seats) sum += pending.size;
    return sum;
  }

  #failWhere(matches: (podId: string) => boolean): void {
    for (const seat of this.#seats) {
      for (const [target, { podId }] of seat.pending) if (matches(podId)) this.fail(seat, target);
    }
  }

  /** Takes a request off the list; false when it is not there. */
  #settle(seat: Seat, target: number): boolean {
    const found = seat.pending.delete(target);
    if (seat.pending.size === 0) this.#seats.delete(seat);
    return found;
  }
}
