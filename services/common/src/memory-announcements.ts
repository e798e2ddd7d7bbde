/** Announcements within one process: the one-process mode and tests. */
import type { Announcement, Announcements } from './announcements.ts';

/** Announcements in memory. A listener hears them in order, after the publisher's current step. */
export function createMemoryAnnouncements(): Announcements {
  const listeners = new Set<(announcement: Announcement) => void>();
  return {
    async publish(announcement) {
      await Promise.resolve();
      for (const listener of listeners) listener(announcement);
    },
    subscribe(listener) {
      // A function of its own, so that the same listener may subscribe twice.
      const own = (announcement: Announcement) => listener(announcement);
      listeners.add(own);
      return () => void listeners.delete(own);
    },
    async close() {
      listeners.clear();
    },
  };
}
