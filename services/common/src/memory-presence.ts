/** Presence within one process: the one-process mode and tests. */
import type { Activity } from '@spectral/proto/wire';
import { PRESENCE_EXPIRY_MS, type MachinePresence, type Presence } from './presence.ts';

interface Held {
  readonly entry: MachinePresence;
  renewedAt: number;
}

/** Presence in memory. `now` gives milliseconds since 1970. */
export function createMemoryPresence({ now }: { now: () => number }): Presence {
  const held = new Map<string, Held>();
  const seenAt = new Map<string, number>();
  const newestEpoch = new Map<string, number>();
  const told = new Map<string, { readonly epoch: number; readonly activity: Activity }>();

  const live = (machineId: string): Held | undefined => {
    const holder = held.get(machineId);
    return holder && now() - holder.renewedAt < PRESENCE_EXPIRY_MS ? holder : undefined;
  };
  const hold = (entry: MachinePresence) => {
    held.set(entry.machineId, { entry, renewedAt: now() });
    seenAt.set(entry.machineId, now());
    newestEpoch.set(entry.machineId, entry.epoch);
  };
  const isNewest = (entry: MachinePresence) => (newestEpoch.get(entry.machineId) ?? 0) <= entry.epoch;

  return {
    async claim({ machineId, podId }) {
      const replaced = live(machineId)?.entry ?? null;
      const epoch = Math.max(now(), (newestEpoch.get(machineId) ?? 0) + 1);
      const entry: MachinePresence = { machineId, podId, epoch, since: now() };
      hold(entry);
      return { entry, replaced };
    },
    async abandon({ entry, replaced }) {
      if (held.get(entry.machineId)?.entry.epoch !== entry.epoch) return;
      if (replaced) hold(replaced);
      else held.delete(entry.machineId);
    },
    async renew(entries) {
      const [kept, lost] = [entries.filter(isNewest), entries.filter((entry) => !isNewest(entry))];
      for (const entry of kept) hold(entry);
      return lost.map((entry) => entry.machineId);
    },
    async release(entry) {
      if (held.get(entry.machineId)?.entry.epoch !== entry.epoch) return;
      held.delete(entry.machineId);
      seenAt.set(entry.machineId, now());
    },
    async find(machineIds) {
      const found = new Map<string, MachinePresence>();
      for (const machineId of machineIds) {
        const holder = live(machineId);
        if (holder) found.set(machineId, holder.entry);
      }
      return found;
    },
    async tell(entry, activity) {
      const { machineId, epoch } = entry;
      if (isNewest(entry)) told.set(machineId, { epoch, activity });
    },
    async activities(machineIds) {
      const found = new Map<string, Activity>();
      for (const machineId of machineIds) {
        const said = told.get(machineId);
        if (said && live(machineId)?.entry.epoch === said.epoch) found.set(machineId, said.activity);
      }
      return found;
    },
    async lastSeen(machineIds) {
      const found = new Map<string, number>();
      for (const machineId of machineIds) {
        const at = seenAt.get(machineId);
        if (at !== undefined) found.set(machineId, at);
      }
      return found;
    },
    async close() {
      held.clear();
    },
  };
}
