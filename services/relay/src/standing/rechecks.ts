/**
 * Every live socket still has a right to be there: asked again when an announcement touches it, and for all of them
 * every so often, since announcements may get lost. While the gateway is away, sockets stay.
 */
import type { Announcement, Logger } from '@spectral/common';
import { CLOSE } from '@spectral/proto/wire';
import type { RelayCounters } from '../counters.ts';
import type { MachineLink } from '../routing/machine-link.ts';
import type { Reader } from '../routing/reader.ts';
import { FALL_MESSAGE, MACHINE_FALL, PERSON_FALL } from '../sockets/admission-refused.ts';
import { personQuestion } from '../sockets/admit-browser.ts';
import { machineQuestion } from '../sockets/admit-machine.ts';
import type { StandingDesk } from './standing-desk.ts';
import { touchedBy } from './touched-by.ts';

export interface Rechecks {
  onAnnouncement(announcement: Announcement): void;
  /** Checks everybody. */
  sweep(): void;
  /** Where the announcements stand when an admission begins. */
  mark(): number;
  /** An admission is complete: whoever was announced about since its `mark` may have fallen in between. */
  linkAdmitted(link: MachineLink, mark: number): void;
  readerAdmitted(reader: Reader, mark: number): void;
}

interface Parts {
  readonly links: () => Iterable<MachineLink>;
  readonly readers: () => Iterable<Reader>;
  readonly desk: StandingDesk;
  readonly log: Logger;
  readonly counters: RelayCounters;
}

export function createRechecks({ links, readers, desk, log, counters }: Parts): Rechecks {
  const heard = { count: 0 };
  const failed = (err: unknown) => {
    counters.standingFailures += 1;
    log.warn({ err }, 'standing not checked; asked again at the next sweep');
  };
  const checkLink = (link: MachineLink) => {
    desk.machine(machineQuestion(link.claims)).then((verdict) => {
      if (verdict) endLink(link, verdict.reason, verdict.newerHost);
    }, failed);
  };
  const checkReader = (reader: Reader) => {
    desk.person(personQuestion(reader.claims)).then((verdict) => {
      if (verdict) reader.close(PERSON_FALL[verdict.reason], FALL_MESSAGE[verdict.reason]);
    }, failed);
  };

  return {
    sweep() {
      for (const link of links()) checkLink(link);
      for (const reader of readers()) checkReader(reader);
    },
    mark: () => heard.count,
    linkAdmitted(link, mark) {
      if (heard.count !== mark) checkLink(link);
    },
    readerAdmitted(reader, mark) {
      if (heard.count !== mark) checkReader(reader);
    },
    onAnnouncement(announcement) {
      // Touches nobody, and comes with each machine of a fleet that comes back.
      if (announcement.type === 'presence') return;
      heard.count += 1;
      const { machine, person, settled } = touchedBy(announcement);
      for (const link of links()) {
        if (!machine(link.claims)) continue;
        if (settled) endLink(link, settled.reason, settled.newerHost);
        else checkLink(link);
      }
      for (const reader of readers()) if (person(reader.claims)) checkReader(reader);
    },
  };
}

function endLink(link: MachineLink, reason: keyof typeof MACHINE_FALL, newerHost?: string): void {
  const close = MACHINE_FALL[reason];
  if (close === CLOSE.replaced) link.sendControl({ kind: 'replaced', host: newerHost ?? 'another host' });
  link.close(close);
}
