/** Tells a person how a run goes: each fault as it strikes, and a summary each minute. */
import type { MemorySample } from './memory-watch.ts';
import { faultText } from './plan.ts';
import type { RunListener } from './run.ts';
import type { Site } from './site.ts';

const MINUTE_MS = 60_000;

/** `say` takes one line at a time. */
export function createProgress(say: (line: string) => void): RunListener {
  const struck = { count: 0 };
  return {
    say,
    began(fault) {
      struck.count += 1;
      say(faultText(fault));
    },
    leftOut(fault) {
      say(`${faultText(fault)}: left out, its target is not over the fault before`);
    },
    ended({ fault, together }) {
      if (fault.kind !== 'redis-outage') return;
      const who = together ? `${together.reader} was beside ${together.machine}` : 'nobody was watched';
      say(`           the outage is over; ${who}`);
    },
    running(site, memory) {
      say('everything runs');
      const beganAt = Date.now();
      const timer = setInterval(() => {
        const minute = Math.round((Date.now() - beganAt) / MINUTE_MS);
        say(`minute ${minute}: ${summary(site, memory())}, ${struck.count} faults`);
      }, MINUTE_MS);
      return () => clearInterval(timer);
    },
  };
}

/** A listener that says nothing. */
export const SILENT: RunListener = {
  say() {},
  began() {},
  leftOut() {},
  ended() {},
  running: () => () => {},
};

function summary({ readers }: Site, memory: readonly MemorySample[]): string {
  const counts = { event: 0, sent: 0, accepted: 0 };
  for (const { history } of readers) {
    history.readOn();
    for (const { kind } of history.records)
      if (kind === 'event' || kind === 'sent' || kind === 'accepted') counts[kind] += 1;
  }
  const relays = memory.map(
    ({ relay, mb, ageMs }) => `relay-${relay} ${mb.toFixed(0)} MB (${(ageMs / 1000).toFixed(0)} s old)`,
  );
  return `${counts.event} events applied, ${counts.accepted} of ${counts.sent} prompts accepted; ${relays.join(', ')}`;
}
