import { createMemoryAnnouncements } from '../src/memory-announcements.ts';
import { announcementsContract } from './contracts/announcements.contract.ts';

announcementsContract('memory', async () => {
  const announcements = createMemoryAnnouncements();
  return { here: announcements, there: announcements };
});
