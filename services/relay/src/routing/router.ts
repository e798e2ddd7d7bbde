/**
 * One pod of the relay, without its sockets: the machines held here, the readers connected here, and the way between
 * the two halves of any pods.
 *
 *   reader ─▶ WatchedMachines ──message──▶ HeldMachines ─▶ machine link
 *   reader ◀─ WatchedMachines ◀──message── HeldMachines ◀─ machine link
 *
 * Within one pod a message is a function call; between pods it goes over the bus. Presence tells which pod holds a
 * machine; announcements make that known at once, and looking again every few seconds makes good what they lose.
 */
import type {
  Announcement,
  Announcements,
  Logger,
  MachinePresence,
  Presence,
  PresenceClaim,
} from '@spectral/common';
import type { ActivityFrame, MachineClaims } from '@spectral/proto/wire';
import type { RelayCounters } from '../counters.ts';
import type { Timers } from '../timers.ts';
import { createActivityKeeper, type ActivityKeeper } from './activity-keeper.ts';
import type { Bus } from './bus.ts';
import { CordonQuestions, type CordonOrder } from './cordon-questions.ts';
import type { HeldMachine } from './held-machine.ts';
import { HeldMachines } from './held-machines.ts';
import type { MachineLink } from './machine-link.ts';
import { isForMachine, type PodMessage, type SendToPod } from './pod-message.ts';
import { createPodWatch, type PodWatch } from './pod-watch.ts';
import { createPresenceKeeper, type PresenceKeeper } from './presence-keeper.ts';
import type { WatchedMachine } from './watched-machine.ts';
import { WatchedMachines, type ReaderLimits } from './watched-machines.ts';

export interface RouterParts {
  readonly bus: Bus;
  readonly presence: Presence;
  readonly announcements: Announcements;
  readonly log: Logger;
  readonly counters: RelayCounters;
  readonly now: () => number;
  readonly timers: Timers;
  readonly limits: ReaderLimits;
  readonly periods: RouterPeriods;
}

/** How often the pod looks after things by itself, in milliseconds. */
export interface RouterPeriods {
  /** Renewing presence; a third of its expiry. */
  readonly renewMs: number;
  /** Looking again where watched machines are. */
  readonly lookMs: number;
  /** Asking which of the pods one depends on are alive, and after requests that wait for longer than this. */
  readonly podCheckMs: number;
  /** Repeating to other pods what is read here. */
  readonly interestMs: number;
}

export class Router {
  readonly held: HeldMachines;
  readonly watched: WatchedMachines;
  readonly #parts: RouterParts;
  readonly #podId: string;
  readonly #keeper: PresenceKeeper;
  readonly #activities: ActivityKeeper;
  readonly #questions: CordonQuestions;
  readonly #pods: PodWatch;
  readonly #stops: (() => void)[] = [];
  #isRenewing = false;

  /** A router at rest; `start` makes it hear and look. */
  constructor(parts: RouterParts) {
    const { bus, counters, limits, log, now } = parts;
    const send: SendToPod = (target, message) => this.#send(target, message);
    this.#parts = parts;
    this.#podId = bus.podId;
    this.#activities = createActivityKeeper(parts);
    this.#questions = new CordonQuestions({ send, timers: parts.timers });
    const onActivity = this.#activities.note;
    this.held = new HeldMachines({ send, counters, now, log, onActivity });
    this.watched = new WatchedMachines({ send, counters, now, limits, onStale: (id) => this.#look([id]) });
    this.#keeper = createPresenceKeeper({ ...parts, podId: bus.podId });
    this.#pods = createPodWatch({
      bus,
      watch: () => new Set([...this.watched.holderPods(), ...this.held.peerPods()]),
      onLost: (podId) => this.#losePod(podId),
    });
  }

  /** Resolves when other pods can be heard. */
  async start(): Promise<void> {
    const { announcements, bus, limits, now, periods, timers } = this.#parts;
    this.#stops.push(
      announcements.subscribe((announcement) => this.#onAnnouncement(announcement)),
      timers.every(periods.renewMs, () => this.#renew()),
      timers.every(periods.lookMs, () => {
        this.watched.forgetEmpty();
        this.#look(this.watched.machineIds());
      }),
      timers.every(periods.podCheckMs, () => {
        this.#pods.check();
        this.watched.askAfterRequests(this.#podId, now() - periods.podCheckMs);
      }),
      timers.every(periods.interestMs, () => this.watched.repeatInterest(this.#podId)),
      timers.every(Math.min(250, limits.requestTimeoutMs), () => {
        this.watched.giveUp();
        this.held.forgetRequestsBefore(now() - 2 * limits.requestTimeoutMs);
      }),
    );
    await bus.listen({
      onMessage: (from, message) => {
        this.#parts.counters.messagesFromPods += 1;
        this.#deliver(from, message);
      },
      onUndelivered: (_target, message) => {
        this.#parts.counters.messagesUndelivered += 1;
        this.watched.undelivered(message);
        this.#questions.undelivered(message);
      },
      // Whether the answers still come cannot be told; asked again with the same key, they do.
      onOutage: () => this.watched.failRequestsBeyond(this.#podId),
    });
  }

  stop(): void {
    for (const stop of this.#stops.splice(0)) stop();
  }

  /** Claims a machine for this pod. Throws when the store is away. */
  claim({ sub }: MachineClaims): Promise<PresenceClaim> {
    return this.#keeper.claim(sub);
  }

  /** A claimed machine's link is up: older links are fenced wherever they are, and readers are told. */
  attach(link: MachineLink): HeldMachine {
    const { entry } = link;
    const machine = this.held.attach(link);
    if (this.held.get(entry.machineId) !== machine) return machine;
    this.watched.machineHeld(entry.machineId, entry);
    this.#keeper.announceOnline(link);
    return machine;
  }

  /** A machine's link is gone. Resolves when that is known to others. */
  async detach(machine: HeldMachine): Promise<void> {
    const { entry } = machine.link;
    if (!this.held.detach(machine)) return;
    this.watched.machineGone(entry.machineId, entry.epoch, this.#parts.now(), true);
    await this.#keeper.release(machine.link);
  }

  /** A claim whose link never came up. */
  abandon(claim: PresenceClaim): Promise<void> {
    return this.#keeper.abandon(claim);
  }

  /** Finds out where a machine is, before its first reader on this pod is let in. Throws when that cannot be told. */
  async locate(machineId: string): Promise<WatchedMachine> {
    const machine = this.watched.watch(machineId);
    machine.wasEmpty = false;
    machine.located ??= this.#lookUp([machineId]);
    try {
      await machine.located;
    } catch (error) {
      machine.located = null;
      // A machine held here needs no store to be found.
      if (!machine.holder) {
        this.watched.unwatch(machine);
        throw error;
      }
    }
    return machine;
  }

  /**
   * Has the machine take no new turn, or take them again, wherever its link is. Resolves with what it says then, or null
   * when it has no link or does not answer in time. Throws when it cannot be told where it is.
   */
  async cordon(machineId: string, order: CordonOrder): Promise<ActivityFrame | null> {
    const entry = (await this.#parts.presence.find([machineId])).get(machineId);
    return entry ? this.#questions.ask(entry, order) : null;
  }

  #send(target: string, message: PodMessage): void {
    if (target === this.#podId) return this.#deliver(target, message);
    this.#parts.counters.messagesToPods += 1;
    this.#parts.bus.send(target, message);
  }

  #deliver(from: string, message: PodMessage): void {
    if (isForMachine(message)) this.held.receive(from, message);
    else if (message.type === 'told') this.#questions.receive(message);
    else this.watched.receive(from, message);
  }

  #look(machineIds: readonly string[]): void {
    if (machineIds.length === 0) return;
    this.#lookUp(machineIds).catch((err: unknown) => {
      this.#parts.log.warn({ err }, 'could not look where machines are');
    });
  }

  async #lookUp(machineIds: readonly string[]): Promise<void> {
    const { presence } = this.#parts;
    for (const machineId of machineIds) {
      const own = this.held.get(machineId)?.link.entry;
      if (own) this.watched.machineHeld(machineId, own);
    }
    const [found, seen] = await Promise.all([presence.find(machineIds), presence.lastSeen(machineIds)]);
    for (const machineId of machineIds) this.#apply(machineId, found.get(machineId), seen.get(machineId));
  }

  #apply(machineId: string, found: MachinePresence | undefined, seenAt: number | undefined): void {
    const machine = this.watched.get(machineId);
    if (!machine) return;
    const entry = this.held.get(machineId)?.link.entry ?? found;
    machine.lastSeenAt = seenAt ?? machine.lastSeenAt;
    if (entry && !this.#pods.isLost(entry.podId)) this.watched.machineHeld(machineId, entry);
    else if (machine.holder) {
      this.watched.machineGone(machineId, machine.holder.epoch, seenAt ?? this.#parts.now(), false);
    }
  }

  /** One at a time: behind a stall of Redis renewals would pile up. */
  #renew(): void {
    if (this.#isRenewing) return;
    this.#isRenewing = true;
    this.#activities.retry();
    const entries = this.held.entries();
    this.#keeper
      .renew(entries)
      .then(
        (lost) => {
          const ids = new Set(lost);
          for (const entry of entries) if (ids.has(entry.machineId)) this.#loseToUnknown(entry);
        },
        (err: unknown) => this.#parts.log.warn({ err }, 'presence not renewed'),
      )
      .finally(() => (this.#isRenewing = false));
  }

  /** A newer link took the machine and its announcement was missed. A link that came meanwhile is not meant. */
  #loseToUnknown({ machineId, epoch }: MachinePresence): void {
    const link = this.held.get(machineId)?.link;
    if (link?.entry.epoch !== epoch) return;
    this.held.fence(machineId, { ...link.claims, epoch: link.entry.epoch + 1 });
    this.#look([machineId]);
  }

  #losePod(podId: string): void {
    this.#parts.counters.podsLost += 1;
    this.#parts.log.warn({ lostPod: podId }, 'a relay pod is gone');
    this.watched.podLost(podId);
    this.held.dropPod(podId);
  }

  #onAnnouncement(announcement: Announcement): void {
    if (announcement.type !== 'presence' || announcement.podId === this.#podId) return;
    const { machineId, podId, epoch, at, online, registration = 0, host = 'another host' } = announcement;
    if (!online) return this.watched.machineGone(machineId, epoch, at, true);
    this.held.fence(machineId, { epoch, registration, host });
    this.watched.machineHeld(machineId, { podId, epoch });
  }
}
