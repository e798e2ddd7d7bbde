/** The relay's part in a fleet, in memory: which machines are there, and what they are at. */
import type { Activity, MachineActivity } from '@spectral/proto/wire';
import { OutsideError } from '../../src/outside/outside-error.ts';
import type { TurnJudge } from '../../src/outside/turn-judge.ts';

export interface ScriptedRelay extends TurnJudge {
  /** A process connects, with what its disk remembers. */
  connect(machineId: string, prompts: number): void;
  disconnect(machineId: string): void;
  /** Begins a turn; false when the machine takes none. */
  beginTurn(machineId: string): boolean;
  endTurn(machineId: string): void;
  /** Null while it is not connected. */
  activityOf(machineId: string): Activity | null;
  readonly online: readonly string[];
  away: boolean;
}

/** A machine that is connected. `highestFence` stays on its disk. */
interface Linked {
  activity: Activity;
}

export function createScriptedRelay(now: () => number): ScriptedRelay {
  const linked = new Map<string, Linked>();
  const highestFences = new Map<string, number>();
  const lastSeen = new Map<string, string>();

  const word = (machineId: string): MachineActivity => {
    const activity = linked.get(machineId)?.activity ?? null;
    const lastSeenAt = lastSeen.get(machineId) ?? null;
    return { machineId, state: stateOf(activity), activity, linked: activity !== null, lastSeenAt };
  };
  const change = (machineId: string, facts: Partial<Activity>) => {
    const link = linked.get(machineId);
    if (link) link.activity = { ...link.activity, ...facts };
  };
  const demand = (machineId: string, fence: number) => {
    if (relay.away) throw new OutsideError('unreachable', 'the relay is away');
    if (!linked.has(machineId)) return;
    if (fence < (highestFences.get(machineId) ?? 0))
      throw new OutsideError('stale-fence', 'a newer leader has spoken');
    highestFences.set(machineId, fence);
  };
  const relay: ScriptedRelay = {
    away: false,
    async activity(machineIds) {
      if (relay.away) throw new OutsideError('unreachable', 'the relay is away');
      return machineIds.map(word);
    },
    async cordon(machineId, fence) {
      demand(machineId, fence);
      change(machineId, { cordon: fence });
      return word(machineId);
    },
    async uncordon(machineId, fence) {
      demand(machineId, fence);
      change(machineId, { cordon: null });
      return word(machineId);
    },
    connect(machineId, prompts) {
      lastSeen.set(machineId, new Date(now()).toISOString());
      linked.set(machineId, {
        activity: { turns: 0, queued: 0, prompts, lastTurnEndedAt: null, cordon: null },
      });
    },
    disconnect: (machineId) => void linked.delete(machineId),
    beginTurn(machineId) {
      const activity = linked.get(machineId)?.activity;
      if (!activity || activity.cordon !== null) return false;
      change(machineId, { turns: activity.turns + 1, prompts: activity.prompts + 1 });
      return true;
    },
    endTurn(machineId) {
      const activity = linked.get(machineId)?.activity;
      if (activity) change(machineId, { turns: Math.max(0, activity.turns - 1), lastTurnEndedAt: now() });
    },
    activityOf: (machineId) => linked.get(machineId)?.activity ?? null,
    get online() {
      return [...linked.keys()];
    },
  };
  return relay;
}

function stateOf(activity: Activity | null): MachineActivity['state'] {
  if (!activity) return 'unknown';
  if (activity.turns + activity.queued > 0) return 'busy';
  return activity.cordon === null ? 'idle' : 'drained';
}
