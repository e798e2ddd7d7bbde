/**
 * The reader's half of a pod: browsers connected here, the machines they are connected to, the requests they wait for.
 * A browser names no machine in its frames; its connection is bound to the one of its ticket.
 */
import type { Cursor, RelayToBrowser } from '@spectral/proto/wire';
import type { RelayCounters } from '../counters.ts';
import { channelOf, isHead, readTarget, requestIdOf } from './frame-fields.ts';
import type { PodMessage, SendToPod, ToReaderPod } from './pod-message.ts';
import type { Reader } from './reader.ts';
import { answerFrame, offlineAnswer, tooManyAnswer } from './relay-answer.ts';
import { TeamCounts } from './team-counts.ts';
import { WaitingRequests } from './waiting-requests.ts';
import { WatchedMachine, presenceOf, type Holder, type Seat } from './watched-machine.ts';

export interface ReaderLimits {
  /** The relay answers 504 after this long. */
  readonly requestTimeoutMs: number;
  /** Requests under way at once, per browser. */
  readonly pendingRequests: number;
  /** Channels open at once, per browser. */
  readonly openChannels: number;
}

export interface WatchedMachinesParts {
  readonly send: SendToPod;
  readonly counters: RelayCounters;
  readonly now: () => number;
  readonly limits: ReaderLimits;
  /** This machine is not where it was thought to be: look again. */
  readonly onStale: (machineId: string) => void;
}

type Message<T extends ToReaderPod['type']> = Extract<ToReaderPod, { type: T }>;

export class WatchedMachines {
  readonly #parts: WatchedMachinesParts;
  readonly #machines = new Map<string, WatchedMachine>();
  readonly #seats = new Map<number, Seat>();
  readonly #ofTeams = new TeamCounts();
  readonly #waiting: WaitingRequests;

  constructor(parts: WatchedMachinesParts) {
    const { counters, now, limits } = parts;
    this.#parts = parts;
    this.#waiting = new WaitingRequests({ counters, now, timeoutMs: limits.requestTimeoutMs });
  }

  /** The machine, known or new. The caller sees to its being located. */
  watch(machineId: string): WatchedMachine {
    const known = this.#machines.get(machineId);
    if (known) return known;
    const machine = new WatchedMachine(machineId);
    this.#machines.set(machineId, machine);
    return machine;
  }

  /** Forgets a machine that nobody here is connected to. */
  unwatch(machine: WatchedMachine): void {
    const { machineId, seats } = machine;
    if (seats.size === 0 && this.#machines.get(machineId) === machine) this.#machines.delete(machineId);
  }

  /** Forgets machines whose reader never came after all. Those of one look ago may still be awaited. */
  forgetEmpty(): void {
    for (const machine of this.#machines.values()) {
      if (machine.seats.size === 0 && machine.wasEmpty) this.unwatch(machine);
      machine.wasEmpty = machine.seats.size === 0;
    }
  }

  /** Seats a reader at the machine of its ticket. */
  join(reader: Reader): Seat {
    const machine = this.watch(reader.claims.machine);
    const seat: Seat = { reader, machine, channels: new Set(), pending: new Map() };
    machine.seats.add(seat);
    this.#seats.set(reader.number, seat);
    this.#ofTeams.add(reader.claims.team);
    return seat;
  }

  leave(seat: Seat): void {
    const { machine, reader } = seat;
    if (this.#seats.delete(reader.number)) this.#ofTeams.remove(reader.claims.team);
    this.#waiting.forget(seat);
    machine.leave(seat);
    const { machineId, holder } = machine;
    if (holder) this.#parts.send(holder.podId, { type: 'leave', machineId, reader: reader.number });
    this.unwatch(machine);
  }

  /** A REQUEST frame of a reader. Throws BadFrame for anything else. */
  request(seat: Seat, bytes: Uint8Array): void {
    const { reader, machine, pending } = seat;
    const { counters, limits, send } = this.#parts;
    const target = requestIdOf(bytes, pending);
    counters.requests += 1;
    if (!machine.holder) {
      counters.requestsOffline += 1;
      return reader.sendAnswer(answerFrame(target, offlineAnswer(machine.lastSeenAt)));
    }
    if (pending.size >= limits.pendingRequests) {
      counters.requestsRefused += 1;
      const message = `At most ${limits.pendingRequests} requests may be under way at once; wait for answers.`;
      return reader.sendAnswer(answerFrame(target, tooManyAnswer(message)));
    }
    const { podId } = machine.holder;
    const { number, actor } = reader;
    this.#waiting.add(seat, target, podId);
    send(podId, { type: 'request', machineId: machine.machineId, reader: number, actor, frame: bytes });
  }

  open(seat: Seat, channel: string, cursor: Cursor): void {
    const { machine, reader, channels } = seat;
    const { machineId, holder } = machine;
    const { limits, send } = this.#parts;
    // Offline: the reader has been told, and opens again when the machine is back.
    if (!holder) return;
    if (!channels.has(channel) && channels.size >= limits.openChannels) {
      const message = `At most ${limits.openChannels} channels may be open at once; close one.`;
      return reader.sendControl({ kind: 'refused', channel, code: 'rate-limited', message });
    }
    machine.open(seat, channel);
    const { number, actor } = reader;
    send(holder.podId, { type: 'open', machineId, reader: number, actor, channel, cursor });
  }

  close(seat: Seat, channel: string): void {
    const { machine, reader } = seat;
    if (!machine.close(seat, channel) || !machine.holder) return;
    const { machineId, holder } = machine;
    this.#parts.send(holder.podId, { type: 'close', machineId, reader: reader.number, channel });
  }

  receive(from: string, message: ToReaderPod): void {
    switch (message.type) {
      case 'answer':
        return this.#answer(message);
      case 'snapshot':
        return this.#snapshot(message);
      case 'events':
        return this.#events(from, message);
      case 'refused':
      case 'gap':
        return this.#channelEnded(message);
      case 'unheld':
        return this.#unheld(from, message);
    }
  }

  /**
   * One's own message to a machine's pod did not arrive. Interest is repeated, and what readers miss they notice: only
   * a request would wait in vain.
   */
  undelivered(message: PodMessage): void {
    if (message.type !== 'request') return;
    const seat = this.#seats.get(message.reader);
    if (seat) this.#waiting.fail(seat, readTarget(message.frame));
  }

  machineHeld(machineId: string, holder: Holder): void {
    const machine = this.#machines.get(machineId);
    if (machine?.held(holder)) tell(machine);
  }

  /** `final`: the link was closed; otherwise it is out of sight and may be found again. */
  machineGone(machineId: string, epoch: number, at: number, final: boolean): void {
    const machine = this.#machines.get(machineId);
    if (machine?.gone(epoch, at, final)) tell(machine);
  }

  /** A pod died: its machines are out of sight, and what was asked of it gets no answer. */
  podLost(podId: string): void {
    for (const machine of this.#machines.values()) {
      const { holder } = machine;
      if (holder?.podId === podId && machine.gone(holder.epoch, this.#parts.now(), false)) tell(machine);
    }
    this.#waiting.failOf(podId);
  }

  /** The way to other pods broke: what was asked of them may never be answered. */
  failRequestsBeyond(ownPodId: string): void {
    this.#waiting.failBeyond(ownPodId);
  }

  /** Gives up on requests past their time. */
  giveUp(): void {
    this.#waiting.giveUp();
  }

  /** Asks other pods after requests that have waited since `time` or longer. */
  askAfterRequests(ownPodId: string, time: number): void {
    for (const { podId, ...asked } of this.#waiting.askedOfOthers(ownPodId, time)) {
      this.#parts.send(podId, { type: 'awaits', ...asked });
    }
  }

  /** Repeats to other pods what is read here of their machines. */
  repeatInterest(ownPodId: string): void {
    for (const machine of this.#machines.values()) {
      const { machineId, holder } = machine;
      if (!holder || holder.podId === ownPodId) continue;
      this.#parts.send(holder.podId, { type: 'interest', machineId, reads: machine.reads() });
    }
  }

  get(machineId: string): WatchedMachine | undefined {
    return this.#machines.get(machineId);
  }

  machineIds(): string[] {
    return [...this.#machines.keys()];
  }

  /** Pods that hold the machines watched here, or owe an answer. */
  holderPods(): Set<string> {
    const pods = this.#waiting.pods();
    for (const { holder } of this.#machines.values()) if (holder) pods.add(holder.podId);
    return pods;
  }

  *readers(): Iterable<Reader> {
    for (const seat of this.#seats.values()) yield seat.reader;
  }

  /** Readers of a team. */
  countOf(teamId: string): number {
    return this.#ofTeams.of(teamId);
  }

  get pendingRequests(): number {
    return this.#waiting.size;
  }

  get size(): number {
    return this.#seats.size;
  }

  #answer({ reader, frame }: Message<'answer'>): void {
    const seat = this.#seats.get(reader);
    if (!seat || !this.#waiting.answer(seat, frame)) this.#parts.counters.strayFrames += 1;
  }

  #snapshot({ machineId, epoch, reader, frame }: Message<'snapshot'>): void {
    const seat = this.#seatOf(reader, machineId, epoch);
    const channel = channelOf(frame);
    if (!seat?.channels.has(channel)) this.#parts.counters.strayFrames += 1;
    else if (!seat.reader.sendChannelFrame(frame)) this.#drop(seat, channel);
  }

  #events(from: string, { machineId, epoch, frame }: Message<'events'>): void {
    const machine = this.#machines.get(machineId);
    const seats = machine?.holder?.epoch === epoch ? machine.readersOf(frame) : null;
    if (!seats || seats.size === 0) return this.#correct(from, machineId, machine);
    for (const seat of seats) {
      if (seat.reader.sendChannelFrame(frame) || isHead(frame)) continue;
      this.#drop(seat, channelOf(frame));
    }
  }

  /** The holder sends what nobody here reads: a `close` was lost, or is still on its way. */
  #correct(holderPod: string, machineId: string, machine: WatchedMachine | undefined): void {
    this.#parts.counters.strayFrames += 1;
    const reads = machine?.holder?.podId === holderPod ? machine.reads() : [];
    this.#parts.send(holderPod, { type: 'interest', machineId, reads });
  }

  /** Past its window a reader loses the channel, is told so behind what is queued, and comes back from its cursor. */
  #drop(seat: Seat, channel: string): void {
    this.#parts.counters.gaps += 1;
    this.close(seat, channel);
    seat.reader.sendControl({ kind: 'gap', channel });
  }

  #channelEnded(message: Message<'refused' | 'gap'>): void {
    const { channel } = message;
    const seat = this.#seatOf(message.reader, message.machineId, message.epoch);
    if (!seat?.machine.close(seat, channel)) return;
    if (message.type === 'gap') return seat.reader.sendControl({ kind: 'gap', channel });
    seat.reader.sendControl({ kind: 'refused', channel, code: message.code, message: message.message });
  }

  #unheld(from: string, { machineId, reader, target }: Message<'unheld'>): void {
    const seat = this.#seats.get(reader);
    if (seat?.machine.machineId === machineId) this.#waiting.fail(seat, target);
    if (this.#machines.get(machineId)?.holder?.podId === from) this.#parts.onStale(machineId);
  }

  #seatOf(reader: number, machineId: string, epoch: number): Seat | null {
    const seat = this.#seats.get(reader);
    return seat?.machine.machineId === machineId && seat.machine.holder?.epoch === epoch ? seat : null;
  }
}

/** Tells everybody connected to a machine whether it is there. */
function tell(machine: WatchedMachine): void {
  const control: RelayToBrowser = { kind: 'presence', ...presenceOf(machine) };
  for (const { reader } of machine.seats) reader.sendControl(control);
}
