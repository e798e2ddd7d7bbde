/**
 * What the relay and the gateway say of all machines, asked every two seconds in one call each. Whoever changed is told,
 * so a quiet fleet costs two calls and nothing else.
 */
import type { FleetMachine, MachineActivity } from '@spectral/proto/wire';
import type { Logger } from '@spectral/common';
import { pause, type Timers } from '../cluster/index.ts';
import { orderedJson } from '../objects/revision.ts';
import type { FleetGateway } from '../outside/fleet-gateway.ts';
import type { TurnJudge } from '../outside/turn-judge.ts';

export interface Polls {
  /** The relay's word on a machine, at most ten seconds old; null when there is none. */
  activity(machineId: string): MachineActivity | null;
  /** The gateway's word on the machine of an Agent; null when it keeps none, `unknown` when it is not heard. */
  fleet(uid: string): FleetMachine | null | 'unknown';
  /** An answer that came to another question. */
  heard(activity: MachineActivity): void;
  /** A machine that was made just now. */
  made(machine: FleetMachine): void;
  /** Machines at the gateway, for counting those without an Agent. */
  machines(): readonly FleetMachine[];
  start(): void;
  close(): Promise<void>;
}

export interface PollParts {
  readonly relay: Pick<TurnJudge, 'activity'>;
  readonly gateway: Pick<FleetGateway, 'machines'>;
  readonly timers: Timers;
  readonly log: Logger;
  /** Machines to ask for. */
  readonly machineIds: () => readonly string[];
  /** Every Agent there is. */
  readonly agentUids: () => readonly string[];
  readonly machineChanged: (machineId: string) => void;
  readonly agentChanged: (uid: string) => void;
}

export const POLL_MS = 2_000;
/** What was heard longer ago counts as not known. */
export const STALE_MS = 10_000;
/** As many as one question may name. */
const PER_QUESTION = 1_000;

export function createPolls(parts: PollParts): Polls {
  const { timers } = parts;
  const ended = new AbortController();
  const activities = new Map<string, { readonly activity: MachineActivity; readonly at: number }>();
  const fleet = new Map<string, FleetMachine>();
  let fleetAt = -Infinity;
  const loops: Promise<void>[] = [];

  const note = (activity: MachineActivity) => {
    const before = current(activity.machineId);
    activities.set(activity.machineId, { activity, at: timers.now() });
    if (orderedJson(before) !== orderedJson(activity)) parts.machineChanged(activity.machineId);
  };
  const current = (machineId: string) => {
    const known = activities.get(machineId);
    return known && timers.now() - known.at < STALE_MS ? known.activity : null;
  };
  const askRelay = async () => {
    const ids = parts.machineIds();
    for (let from = 0; from < ids.length; from += PER_QUESTION) {
      for (const activity of await parts.relay.activity(ids.slice(from, from + PER_QUESTION))) note(activity);
    }
    forgetOthers(activities, new Set(ids));
  };
  const tellStale = () => {
    for (const [machineId, { at }] of activities) {
      if (timers.now() - at < STALE_MS) continue;
      activities.delete(machineId);
      parts.machineChanged(machineId);
    }
  };
  const askGateway = async () => {
    const machines = await parts.gateway.machines();
    const wasUnknown = timers.now() - fleetAt >= STALE_MS;
    fleetAt = timers.now();
    const before = new Map(fleet);
    fleet.clear();
    for (const machine of machines) fleet.set(machine.uid, machine);
    // Agents without a machine wait for the gateway's word as well: that there is none.
    const waiting = wasUnknown ? parts.agentUids() : [];
    for (const uid of new Set([...before.keys(), ...fleet.keys(), ...waiting])) {
      if (wasUnknown || orderedJson(before.get(uid)) !== orderedJson(fleet.get(uid))) parts.agentChanged(uid);
    }
  };
  const loop = async (name: string, ask: () => Promise<void>) => {
    while (!ended.signal.aborted) {
      await ask().catch((err: unknown) => parts.log.warn({ err, name }, 'a poll failed'));
      tellStale();
      await pause(timers, POLL_MS, ended.signal);
    }
  };

  return {
    activity: current,
    fleet: (uid) => fleet.get(uid) ?? (timers.now() - fleetAt < STALE_MS ? null : 'unknown'),
    heard: note,
    made: (machine) => void fleet.set(machine.uid, machine),
    machines: () => [...fleet.values()],
    start() {
      loops.push(loop('relay', askRelay), loop('gateway', askGateway));
    },
    async close() {
      ended.abort();
      await Promise.all(loops);
    },
  };
}

function forgetOthers(activities: Map<string, unknown>, kept: ReadonlySet<string>): void {
  for (const machineId of activities.keys()) if (!kept.has(machineId)) activities.delete(machineId);
}
