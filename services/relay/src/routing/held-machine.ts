/**
 * One machine whose link this pod holds: what its readers, wherever they are, ask of it, and what it sends them.
 * Every way to another reader or machine leads through this link's own tables, so no id a machine or browser makes up
 * reaches beyond this machine and its own readers.
 */
import { BadFrame, FrameFlag, FrameKind, decodeFrame } from '@spectral/proto/wire';
import type { MachinePresence } from '@spectral/common';
import type { ActivityFrame, Actor, DataFrame, MachineToRelay } from '@spectral/proto/wire';
import type { RelayCounters } from '../counters.ts';
import { readTarget, setSequence, setTarget } from './frame-fields.ts';
import { InterestTable } from './interest.ts';
import { LinkActivity, type Asker } from './link-activity.ts';
import type { MachineLink } from './machine-link.ts';
import { PeerTable, type Peer } from './peers.ts';
import { PendingRequests, type PendingRequest } from './pending-requests.ts';
import type { SendToPod, ToMachinePod } from './pod-message.ts';
import { BROKEN, answerFrame, tooManyAnswer, type RelayAnswer } from './relay-answer.ts';

export interface HeldMachineParts {
  readonly send: SendToPod;
  readonly counters: RelayCounters;
  readonly now: () => number;
  /** The machine of this entry told where its turns stand. */
  readonly onActivity: (entry: MachinePresence, said: ActivityFrame) => void;
}

/** What is for one link. Requests awaited may have gone over an older one, so HeldMachines sees to those. */
export type ToHeldMachine = Exclude<ToMachinePod, { type: 'awaits' }>;

type Message<T extends ToHeldMachine['type']> = Extract<ToHeldMachine, { type: T }>;

/** What is under way on a link. */
interface Tables {
  readonly peers: PeerTable;
  readonly interest: InterestTable;
  readonly pending: PendingRequests;
}

export class HeldMachine {
  readonly link: MachineLink;
  readonly #parts: HeldMachineParts;
  /** Made for the first reader: most machines of a fleet have none at a time. */
  #tables: Tables | null = null;
  readonly #activity = new LinkActivity();

  constructor(link: MachineLink, parts: HeldMachineParts) {
    this.link = link;
    this.#parts = parts;
  }

  get epoch(): number {
    return this.link.entry.epoch;
  }

  /** What the machine last said over this link of where its turns stand. */
  get activity(): ActivityFrame | null {
    return this.#activity.said;
  }

  /** A message from the pod of a reader. */
  receive(from: string, message: ToHeldMachine): void {
    switch (message.type) {
      case 'request':
        return this.#request(from, message);
      case 'open':
        return this.#open(from, message);
      case 'close':
        return this.#close(from, message.reader, message.channel);
      case 'leave':
        return this.#leave(from, message.reader);
      case 'interest':
        return this.#reconcile(from, message.reads);
      case 'cordon':
        return this.#cordon({ podId: from, question: message.question }, message);
    }
  }

  /** A data frame from the machine. Throws BadFrame for one that a machine does not send. */
  forward(bytes: Uint8Array): void {
    const frame = decodeFrame(bytes);
    if (frame.flags & FrameFlag.fromRelay) throw new BadFrame('only the relay sets the flag fromRelay');
    switch (frame.kind) {
      case FrameKind.response:
        return this.#answer(bytes, frame);
      case FrameKind.snapshot:
        return this.#snapshot(bytes, frame);
      case FrameKind.events:
      case FrameKind.head:
        return this.#events(bytes, frame);
      case FrameKind.request:
        throw new BadFrame('a machine sends no REQUEST');
    }
  }

  /** A control frame from the machine, other than a pong. */
  refuse({ peer: handle, channel, code, message }: Extract<MachineToRelay, { kind: 'refused' }>): void {
    const peer = this.#under.peers.byHandle(handle);
    if (!peer || !this.#under.interest.remove(channel, peer.podId, peer.reader)) return this.#stray();
    this.#parts.send(peer.podId, {
      type: 'refused',
      ...this.#origin(),
      reader: peer.reader,
      channel,
      code,
      message,
    });
  }

  /** The machine tells where its turns stand. */
  hear(said: ActivityFrame): void {
    for (const asker of this.#activity.hear(said)) this.#tell(asker, said);
    this.#parts.onActivity(this.link.entry, said);
  }

  /** A newer link took over: readers open their channels there, so nothing of this one is theirs any more. */
  retire(): void {
    this.#tables?.interest.clear();
    this.#hearNoMore();
  }

  /** The link is gone: every request without an answer gets the relay's. */
  end(): void {
    this.#tables?.interest.clear();
    this.#hearNoMore();
    for (const request of this.#tables?.pending.drain() ?? []) this.#answerFor(request, BROKEN);
  }

  /** A pod died: its readers are gone. */
  dropPod(podId: string): void {
    for (const peer of this.#tables?.peers.ofPod(podId) ?? []) this.#dropPeer(peer);
  }

  /** Pods with readers of this machine. */
  pods(): string[] {
    return this.#tables?.peers.pods() ?? [];
  }

  /** Forgets requests that were forwarded before `time`; their readers have been answered. */
  forgetRequestsBefore(time: number): void {
    this.#tables?.pending.forgetBefore(time);
  }

  /** Requests of a pod's readers that the machine has not answered yet. */
  requestsOf(podId: string): Iterable<PendingRequest> {
    return this.#tables?.pending.ofPod(podId) ?? [];
  }

  get pendingRequests(): number {
    return this.#tables?.pending.size ?? 0;
  }

  #request(podId: string, { reader, actor, frame }: Message<'request'>): void {
    const peer = this.#join(podId, reader, actor);
    const target = readTarget(frame);
    const request = { podId, reader, target, since: this.#parts.now() };
    const id = this.#under.pending.add(request);
    setTarget(frame, id);
    setSequence(frame, peer.handle);
    if (this.link.sendFrame(frame)) return;
    this.#under.pending.take(id);
    this.#parts.counters.requestsRefused += 1;
    this.#answerFor(
      request,
      tooManyAnswer('The machine takes requests more slowly than they come; try again.'),
    );
  }

  /** Interest stands before the machine hears of the reader: no event after its snapshot can be missed. */
  #open(podId: string, { reader, actor, channel, cursor }: Message<'open'>): void {
    const peer = this.#join(podId, reader, actor);
    this.#under.interest.add(channel, podId, reader);
    this.link.sendControl({ kind: 'open', peer: peer.handle, channel, cursor });
  }

  #close(podId: string, reader: number, channel: string): void {
    const peer = this.#under.peers.find(podId, reader);
    if (!this.#under.interest.remove(channel, podId, reader) || !peer) return;
    this.link.sendControl({ kind: 'close', peer: peer.handle, channel });
  }

  #leave(podId: string, reader: number): void {
    const peer = this.#under.peers.find(podId, reader);
    if (peer) this.#dropPeer(peer);
  }

  /** Makes what is known of a pod's readers equal to what the pod says it reads. */
  #reconcile(podId: string, reads: readonly (readonly [reader: number, channel: string])[]): void {
    const told = new Set(reads.map(([reader, channel]) => `${reader} ${channel}`));
    for (const [reader, channel] of this.#under.interest.ofPod(podId)) {
      if (!told.has(`${reader} ${channel}`)) this.#close(podId, reader, channel);
    }
    for (const [reader, channel] of reads) {
      if (this.#under.interest.has(channel, podId, reader)) continue;
      this.#parts.send(podId, { type: 'gap', ...this.#origin(), reader, channel });
    }
  }

  #cordon(asker: Asker, { kind, fence, epoch }: Message<'cordon'>): void {
    if (epoch === this.epoch) this.link.sendControl(this.#activity.ask(asker, { kind, fence }));
    else this.#tell(asker, null);
  }

  #tell({ podId, question }: Asker, said: ActivityFrame | null): void {
    this.#parts.send(podId, { type: 'told', question, said });
  }

  #hearNoMore(): void {
    for (const asker of this.#activity.end()) this.#tell(asker, null);
  }

  #join(podId: string, reader: number, actor: Actor): Peer {
    const known = this.#under.peers.find(podId, reader);
    if (known) return known;
    const peer = this.#under.peers.add(podId, reader);
    this.link.sendControl({ kind: 'peer_joined', peer: peer.handle, actor });
    return peer;
  }

  #dropPeer(peer: Peer): void {
    this.#under.peers.remove(peer);
    this.#under.interest.removeReader(peer.podId, peer.reader);
    this.link.sendControl({ kind: 'peer_left', peer: peer.handle });
  }

  #answer(bytes: Uint8Array, { target }: DataFrame): void {
    const request = this.#under.pending.take(target);
    if (!request) return this.#stray();
    setTarget(bytes, request.target);
    this.#parts.send(request.podId, { type: 'answer', reader: request.reader, frame: bytes });
  }

  #snapshot(bytes: Uint8Array, { target, channel }: DataFrame): void {
    const peer = this.#under.peers.byHandle(target);
    if (!peer || !this.#under.interest.has(channel, peer.podId, peer.reader)) return this.#stray();
    this.#parts.send(peer.podId, { type: 'snapshot', ...this.#origin(), reader: peer.reader, frame: bytes });
  }

  #events(bytes: Uint8Array, { channel }: DataFrame): void {
    const pods = this.#under.interest.podsOf(channel);
    if (pods.size === 0) return;
    const message = { type: 'events', ...this.#origin(), frame: bytes } as const;
    for (const podId of pods.keys()) this.#parts.send(podId, message);
  }

  #answerFor({ podId, reader, target }: PendingRequest, answer: RelayAnswer): void {
    this.#parts.send(podId, { type: 'answer', reader, frame: answerFrame(target, answer) });
  }

  get #under(): Tables {
    this.#tables ??= {
      peers: new PeerTable(),
      interest: new InterestTable(),
      pending: new PendingRequests(),
    };
    return this.#tables;
  }

  #origin(): { machineId: string; epoch: number } {
    return { machineId: this.link.entry.machineId, epoch: this.epoch };
  }

  /** Nothing wrong: the peer or request may have ended while the frame was on its way. */
  #stray(): void {
    this.#parts.counters.strayFrames += 1;
  }
}
