/** What a run measured, as figures of a report. */
import type { Figure } from '../support/report.ts';
import { watchedOutages } from './check-outages.ts';
import { meanOfGrown, thirdsOf } from './memory-watch.ts';
import type { CheckerOptions } from './options.ts';
import { veteranOf, type Verdict } from './run.ts';

/** The last third of a long run may use this much more memory than the middle one. */
const FLAT = 0.05;

export function figuresOf(options: CheckerOptions, verdict: Verdict): Figure[] {
  const { convergence, logs, readers, strikes, violations } = verdict;
  const count = (kind: string) =>
    readers.reduce((sum, { records }) => sum + records.filter((record) => record.kind === kind).length, 0);
  const logged = [...logs.values()].reduce((sum, log) => sum + log.length, 0);
  const watched = watchedOutages(strikes, readers);
  return [
    { name: 'Violations', value: String(violations.length), goal: '0', met: violations.length === 0 },
    { name: 'Faults', value: String(strikes.length) },
    { name: 'of these', value: kindsText(verdict) },
    { name: 'Events written by the machines', value: String(logged) },
    { name: 'Events applied by readers (merged ones count once)', value: String(count('event')) },
    { name: 'Changes of lists applied by readers', value: String(count('lists')) },
    { name: 'Prompts accepted', value: `${count('accepted')} of ${count('sent')}` },
    {
      name: 'Outages of Redis with a reader beside its machine; events it got meanwhile',
      value: `${watched.length}; ${watched.map(({ events }) => events).join(', ') || 'none'}`,
    },
    convergenceFigure(options, convergence.ms, violations.length),
    ...memoryFigures(options, verdict),
  ];
}

function convergenceFigure(
  { convergeSeconds }: CheckerOptions,
  ms: number | null,
  violations: number,
): Figure {
  return {
    name: 'From the last fault until everything was settled and everybody had everything',
    value: ms === null ? 'never' : `${(ms / 1000).toFixed(1)} s`,
    goal: `readers: ${convergeSeconds} s`,
    met: ms !== null && (ms <= convergeSeconds * 1000 || violations === 0),
  };
}

function kindsText({ strikes }: Verdict): string {
  const counts = new Map<string, number>();
  for (const { fault } of strikes) counts.set(fault.kind, (counts.get(fault.kind) ?? 0) + 1);
  return [...counts]
    .toSorted(([one], [other]) => one.localeCompare(other))
    .map(([kind, times]) => `${kind} ${times}`)
    .join(', ');
}

function memoryFigures(options: CheckerOptions, { memory, strikes }: Verdict): Figure[] {
  const relay = veteranOf(options);
  const [beganAt, endedAt] = [strikes[0]?.beganAt, strikes.at(-1)?.endedAt];
  if (relay === null || beganAt === undefined || endedAt === undefined) return [];
  const thirds = thirdsOf(memory, { relay, beganAt, endedAt });
  const grown = meanOfGrown(memory);
  const growth = thirds ? thirds.last / thirds.middle - 1 : Number.NaN;
  return [
    {
      name: `Memory of relay-${relay}, which lives through the run: middle third, last third`,
      value: thirds ? `${thirds.middle.toFixed(1)} MB, ${thirds.last.toFixed(1)} MB` : 'not sampled',
    },
    {
      name: 'Last third beside middle third',
      value: thirds ? `${growth >= 0 ? '+' : ''}${(growth * 100).toFixed(1)} %` : 'unknown',
      goal: `within ${FLAT * 100} %`,
      met: Math.abs(growth) <= FLAT,
    },
    {
      name: 'Memory of all relay processes older than two minutes, mean',
      value: grown === null ? 'none lived that long' : `${grown.toFixed(1)} MB`,
    },
  ];
}
