/**
 * Says where this pod's machines are: claims, renewals, releases, and the announcements of both. What fails while the
 * store is away is made good at the next renewal; links on this pod work on meanwhile.
 */
import type { Announcements, Logger, MachinePresence, Presence } from '@spectral/common';

export interface PresenceKeeper {
  /** Makes this pod the machine's holder. Throws when the store is away. */
  claim(machineId: string): Promise<{ entry: MachinePresence; replaced: MachinePresence | null }>;
  /** Tells everybody that the link of this entry is up. */
  announceOnline(entry: MachinePresence): void;
  /** The link is gone. */
  release(entry: MachinePresence): Promise<void>;
  /** Keeps what is held; resolves with the ids of machines that a newer link took. */
  renew(entries: readonly MachinePresence[]): Promise<string[]>;
}

interface Parts {
  readonly podId: string;
  readonly presence: Presence;
  readonly announcements: Announcements;
  readonly log: Logger;
  readonly now: () => number;
}

export function createPresenceKeeper({ podId, presence, announcements, log, now }: Parts): PresenceKeeper {
  /** Releases that failed. */
  const unreleased = new Set<MachinePresence>();

  const announce = (entry: MachinePresence, online: boolean) => {
    const { machineId, epoch } = entry;
    announcements
      .publish({ type: 'presence', machineId, podId, epoch, online, at: now() })
      .catch((err: unknown) =>
        log.warn({ err, machineId }, 'presence not announced; others find it by looking'),
      );
  };
  const release = async (entry: MachinePresence) => {
    try {
      await presence.release(entry);
      unreleased.delete(entry);
    } catch (err) {
      unreleased.add(entry);
      log.warn({ err, machineId: entry.machineId }, 'presence not released; tried again at the next renewal');
    }
    announce(entry, false);
  };

  return {
    claim: (machineId) => presence.claim({ machineId, podId, pid: null }),
    announceOnline: (entry) => announce(entry, true),
    release,
    async renew(entries) {
      for (const entry of unreleased) await release(entry);
      return presence.renew(entries);
    },
  };
}
