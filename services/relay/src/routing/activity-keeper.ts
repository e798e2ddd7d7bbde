/**
 * Writes into presence what machines here say of their turns, so that any pod can tell. The newest word of each machine
 * counts: while a write is under way, or the store is away, only that one waits.
 */
import type { Logger, MachinePresence, Presence } from '@spectral/common';
import type { Activity } from '@spectral/proto/wire';

export interface ActivityKeeper {
  /** The machine of this entry said so. */
  note(entry: MachinePresence, said: Activity): void;
  /** Tries again what could not be written. */
  retry(): void;
}

interface Noted {
  readonly entry: MachinePresence;
  readonly said: Activity;
}

export function createActivityKeeper({
  presence,
  log,
}: {
  presence: Pick<Presence, 'tell'>;
  log: Logger;
}): ActivityKeeper {
  /** By machine. */
  const waiting = new Map<string, Noted>();
  const state = { isWriting: false };

  const write = async (noted: Noted): Promise<boolean> => {
    const { entry, said } = noted;
    try {
      await presence.tell(entry, said);
      return true;
    } catch (err) {
      log.warn({ err, machineId: entry.machineId }, 'activity not written; tried again at the next renewal');
      if (!waiting.has(entry.machineId)) waiting.set(entry.machineId, noted);
      return false;
    }
  };
  const flush = async () => {
    if (state.isWriting) return;
    state.isWriting = true;
    let goesOn = true;
    while (goesOn && waiting.size > 0) {
      const batch = [...waiting.values()];
      waiting.clear();
      goesOn = (await Promise.all(batch.map(write))).every(Boolean);
    }
    state.isWriting = false;
  };

  return {
    note(entry, { turns, queued, prompts, lastTurnEndedAt, cordon }) {
      waiting.set(entry.machineId, { entry, said: { turns, queued, prompts, lastTurnEndedAt, cordon } });
      void flush();
    },
    retry: () => void flush(),
  };
}
