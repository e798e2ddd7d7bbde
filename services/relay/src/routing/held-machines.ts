/** The machines whose links this pod holds, newest link of each. */
import type { Logger, MachinePresence } from '@spectral/common';
import { CLOSE } from '@spectral/proto/wire';
import { readTarget } from './frame-fields.ts';
import { HeldMachine, type HeldMachineParts } from './held-machine.ts';
import type { MachineLink } from './machine-link.ts';
import type { ToMachinePod } from './pod-message.ts';
import { TeamCounts } from './team-counts.ts';
import { BROKEN, answerFrame } from './relay-answer.ts';

/** Who took a machine over: the epoch of its link, its registration, and the host that registered it. */
export interface Successor {
  readonly epoch: number;
  readonly registration: number;
  readonly host: string;
}

export class HeldMachines {
  readonly #parts: HeldMachineParts & { readonly log: Logger };
  readonly #current = new Map<string, HeldMachine>();
  /** Outdated links too, until they have closed. */
  readonly #all = new Set<HeldMachine>();
  readonly #ofTeams = new TeamCounts();
  #draining = false;

  constructor(parts: HeldMachineParts & { readonly log: Logger }) {
    this.#parts = parts;
  }

  /** Takes a new link in and fences an older one. When a newer one is there already, the new one is fenced itself. */
  attach(link: MachineLink): HeldMachine {
    const machine = new HeldMachine(link, this.#parts);
    const present = this.#current.get(link.entry.machineId);
    this.#all.add(machine);
    this.#ofTeams.add(link.claims.team);
    if (present && present.epoch > machine.epoch) {
      this.#supersede(machine, successorOf(present.link));
      return machine;
    }
    this.#current.set(link.entry.machineId, machine);
    if (present) this.#supersede(present, successorOf(link));
    return machine;
  }

  /** A link has closed. True when it was the machine's present one. */
  detach(machine: HeldMachine): boolean {
    const { machineId } = machine.link.entry;
    const wasCurrent = this.#current.get(machineId) === machine;
    if (wasCurrent) this.#current.delete(machineId);
    if (this.#all.delete(machine)) this.#ofTeams.remove(machine.link.claims.team);
    machine.end();
    return wasCurrent;
  }

  receive(from: string, message: ToMachinePod): void {
    if (message.type === 'awaits') return this.#answerUnknown(from, message);
    const machine = this.#current.get(message.machineId);
    if (machine) return machine.receive(from, message);
    if (message.type === 'cordon') {
      return this.#parts.send(from, { type: 'told', question: message.question, said: null });
    }
    // The sender believes the machine is here: it shall look again.
    if (message.type !== 'request' && message.type !== 'open') return;
    const { machineId, reader } = message;
    const target = message.type === 'request' ? readTarget(message.frame) : 0;
    this.#parts.send(from, { type: 'unheld', machineId, reader, target });
  }

  /** Ends the link of a machine held under an older epoch than its successor's. */
  fence(machineId: string, by: Successor): void {
    const machine = this.#current.get(machineId);
    if (machine && machine.epoch < by.epoch) this.#supersede(machine, by);
  }

  /** From now on a machine that moves to another pod by itself is left to close its old link here. */
  drain(): void {
    this.#draining = true;
  }

  get(machineId: string): HeldMachine | undefined {
    return this.#current.get(machineId);
  }

  *links(): Iterable<MachineLink> {
    for (const machine of this.#all) yield machine.link;
  }

  /** Links of a team, outdated ones too. */
  countOf(teamId: string): number {
    return this.#ofTeams.of(teamId);
  }

  /** What is held, for renewal. */
  entries(): MachinePresence[] {
    return [...this.#current.values()].map((machine) => machine.link.entry);
  }

  /** Pods with readers of the machines held. */
  peerPods(): Set<string> {
    return new Set([...this.#current.values()].flatMap((machine) => machine.pods()));
  }

  dropPod(podId: string): void {
    for (const machine of this.#current.values()) machine.dropPod(podId);
  }

  forgetRequestsBefore(time: number): void {
    for (const machine of this.#all) machine.forgetRequestsBefore(time);
  }

  get pendingRequests(): number {
    let sum = 0;
    for (const machine of this.#all) sum += machine.pendingRequests;
    return sum;
  }

  get size(): number {
    return this.#current.size;
  }

  /**
   * A request that its pod awaits and no link here knows of got lost, or its answer did. It may have run; asked again
   * with the same key, it is answered.
   */
  #answerUnknown(from: string, { machineId, requests }: Extract<ToMachinePod, { type: 'awaits' }>): void {
    const known = new Set<string>();
    for (const machine of this.#all) {
      if (machine.link.entry.machineId !== machineId) continue;
      for (const { reader, target } of machine.requestsOf(from)) known.add(`${reader} ${target}`);
    }
    for (const [reader, target] of requests) {
      if (known.has(`${reader} ${target}`)) continue;
      this.#parts.counters.requestsLost += 1;
      this.#parts.send(from, { type: 'answer', reader, frame: answerFrame(target, BROKEN) });
    }
  }

  #supersede(machine: HeldMachine, by: Successor): void {
    const { counters, log } = this.#parts;
    const { claims, entry } = machine.link;
    if (this.#current.get(entry.machineId) === machine) this.#current.delete(entry.machineId);
    machine.retire();
    counters.machinesReplaced += 1;
    log.info({ machineId: entry.machineId, epoch: entry.epoch, byEpoch: by.epoch }, 'machine link replaced');
    if (this.#draining && by.registration === claims.registration) return;
    machine.link.sendControl({ kind: 'replaced', host: by.host });
    machine.link.close(CLOSE.replaced);
  }
}

function successorOf({ claims, entry }: MachineLink): Successor {
  return { epoch: entry.epoch, registration: claims.registration, host: claims.host };
}
