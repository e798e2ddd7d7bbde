/** Keeps in the database when machines were last seen, so that it outlives Redis and restarts. */
import type { Announcements, Logger } from '@spectral/common';
import type { Database } from '../database/index.ts';
import { isUuid } from '../http/ids.ts';
import { noteSeen } from './machines.ts';

/** Follows the comings and goings that relays announce. Returns the way to stop. */
export function followPresence(db: Database, announcements: Announcements, log: Logger): () => void {
  return announcements.subscribe((announcement) => {
    if (announcement.type !== 'presence' || !isUuid(announcement.machineId)) return;
    const { machineId, at } = announcement;
    // The next coming or going notes it again; until then presence itself has the time.
    noteSeen(db, machineId, new Date(at)).catch((err: unknown) =>
      log.warn({ err, machineId }, 'could not note last seen'),
    );
  });
}
