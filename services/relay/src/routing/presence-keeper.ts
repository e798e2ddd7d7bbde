/**
 * Says where this pod's machines are: claims, renewals, releases, and the announcements of both. What fails while the
 * store is away is made good at the next renewal; links on this pod work on meanwhile.
 */
import type { Announcements, Logger, MachinePresence, Presence, PresenceClaim } from '@spectral/common';
import type { MachineLink } from './machine-link.ts';

export interface PresenceKeeper {
  /** Makes this pod the machine's holder. Throws when the store is away. */
  claim(machineId: string): Promise<PresenceClaim>;
  /** The link of this claim never came up. Nobody was told of it, so nobody is told now. */
  abandon(claim: PresenceClaim): Promise<void>;
  /** Tells everybody that the link of this entry is up. */
  announceOnline(link: MachineLinkFacts): void;
  /** The link is gone. */
  release(link: MachineLinkFacts): Promise<void>;
  /** Keeps what is held; resolves with the ids of machines that a newer link took. */
  renew(entries: readonly MachinePresence[]): Promise<string[]>;
}

/** What is said of a link. */
export type MachineLinkFacts = Pick<MachineLink, 'entry' | 'claims'>;

interface Parts {
  readonly podId: string;
  readonly presence: Presence;
  readonly announcements: Announcements;
  readonly log: Logger;
  readonly now: () => number;
}

export function createPresenceKeeper({ podId, presence, announcements, log, now }: Parts): PresenceKeeper {
  /** Releases that failed. */
  const unreleased = new Set<MachineLinkFacts>();

  const announce = ({ entry, claims }: MachineLinkFacts, online: boolean) => {
    const { machineId, epoch } = entry;
    const { registration, host } = claims;
    announcements
      .publish({ type: 'presence', machineId, podId, epoch, online, registration, host, at: now() })
      .catch((err: unknown) =>
        log.warn({ err, machineId }, 'presence not announced; others find it by looking'),
      );
  };
  const release = async (link: MachineLinkFacts) => {
    const { machineId } = link.entry;
    try {
      await presence.release(link.entry);
      unreleased.delete(link);
    } catch (err) {
      unreleased.add(link);
      log.warn({ err, machineId }, 'presence not released; tried again at the next renewal');
    }
    announce(link, false);
  };

  return {
    claim: (machineId) => presence.claim({ machineId, podId }),
    async abandon(claim) {
      try {
        await presence.abandon(claim);
      } catch (err) {
        log.warn({ err, machineId: claim.entry.machineId }, 'a claim without a link was not taken back');
      }
    },
    announceOnline: (link) => announce(link, true),
    release,
    async renew(entries) {
      for (const link of unreleased) await release(link);
      return presence.renew(entries);
    },
  };
}
