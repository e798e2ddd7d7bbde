/** Announcing facts after they are committed. */
import type { Announcement, Announcements, Logger } from '@spectral/common';

export type Announce = (...announcements: readonly Announcement[]) => Promise<void>;

/**
 * An announcement that cannot be handed on does not undo what is in the database: relays ask for the standing of every
 * socket periodically and find it there. So a failure is logged, not thrown.
 */
export function createAnnounce(announcements: Announcements, log: Logger): Announce {
  return async (...facts) => {
    const results = await Promise.allSettled(facts.map((fact) => announcements.publish(fact)));
    for (const [index, result] of results.entries()) {
      if (result.status === 'rejected')
        log.warn({ err: result.reason, type: facts[index]?.type }, 'could not announce');
    }
  };
}
