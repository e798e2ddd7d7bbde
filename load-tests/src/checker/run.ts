/** One run of the checker: a site, faults by a plan, convergence, judgement. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { RELAY_NODE_OPTIONS, collectingOptions } from '../support/collected-memory.ts';
import type { ReaderHistory } from './check-history.ts';
import { converge, type Convergence } from './converge.ts';
import { judge } from './judge.ts';
import { leaveOnSignal } from './leave-on-signal.ts';
import { readLogs, type SessionLog } from './machine-log.ts';
import { watchMemory, type MemorySample } from './memory-watch.ts';
import type { CheckerOptions } from './options.ts';
import { planFaults, type PlannedFault } from './plan.ts';
import { watchReadiness } from './readiness.ts';
import { preloadOf } from './sabotage.ts';
import { startSite, type Site } from './site.ts';
import { strike, type Strike, type StrikeListener } from './strike.ts';
import type { Violation } from './violation.ts';

export interface Verdict {
  readonly strikes: readonly Strike[];
  readonly readers: readonly ReaderHistory[];
  readonly logs: ReadonlyMap<string, SessionLog>;
  readonly convergence: Convergence;
  readonly memory: readonly MemorySample[];
  /** Processes that died, then the rest in order of time. */
  readonly violations: readonly Violation[];
  /** Histories, stores and the output of every process; null when it was removed because nothing was found. */
  readonly directory: string | null;
}

/** What a run tells while it goes. */
export interface RunListener extends StrikeListener {
  /** A line for a person. */
  say(line: string): void;
  /** Everything runs and the faults begin. The function returned is called when they are over. */
  running(site: Site, memory: () => MemorySample[]): () => void;
}

const SESSIONS_PER_MACHINE = 2;
/** From this length on a run watches memory, for which one relay's process must live through it. */
const VETERAN_FROM_SECONDS = 600;

/** The faults that belong to a seed. */
export function planOf(options: CheckerOptions): PlannedFault[] {
  return planFaults({ ...options, hasFailOver: options.redis !== 'single', veteran: veteranOf(options) });
}

/** The relay that is not killed in a long run, only struck otherwise; null in a short one. */
export function veteranOf({ seconds, seed, relays }: CheckerOptions): number | null {
  return seconds < VETERAN_FROM_SECONDS ? null : seed % relays;
}

/** When the run itself fails, its directory stays. */
export async function runChecker(options: CheckerOptions, listener: RunListener): Promise<Verdict> {
  const directory = mkdtempSync(join(tmpdir(), 'spectral-checker-'));
  listener.say(`starting in ${directory}`);
  const forgetSignals = leaveOnSignal();
  const verdict = await verdictIn(directory, options, listener).finally(forgetSignals);
  if (options.keep || verdict.violations.length > 0) return { ...verdict, directory };
  rmSync(directory, { recursive: true, force: true });
  return { ...verdict, directory: null };
}

async function verdictIn(
  directory: string,
  options: CheckerOptions,
  listener: RunListener,
): Promise<Omit<Verdict, 'directory'>> {
  const site = await startSite({
    ...options,
    directory,
    sessionsPerMachine: SESSIONS_PER_MACHINE,
    relayNodeOptions: relayNodeOptions(options),
  });
  try {
    return await verdictOn(site, options, listener);
  } finally {
    await site.stop();
  }
}

/** Where memory is watched, relays run as the chart has them run. */
function relayNodeOptions(options: CheckerOptions): string {
  const { relaySabotage } = options;
  const sabotage = relaySabotage ? [`--import=${preloadOf(relaySabotage)}`] : [];
  const watched = veteranOf(options) === null ? [] : [collectingOptions(), RELAY_NODE_OPTIONS];
  return [...sabotage, ...watched].join(' ');
}

async function verdictOn(
  site: Site,
  options: CheckerOptions,
  listener: RunListener,
): Promise<Omit<Verdict, 'directory'>> {
  const watched = await underFaults(site, options, listener);
  const { strikes } = watched;
  for (const { process } of site.readers) process.tell({ type: 'finish' });
  const since = Math.max(Date.now(), ...strikes.map(({ endedAt }) => endedAt));
  const convergence = await converge(site, {
    since,
    limitMs: options.convergeSeconds * 1000,
    giveUpMs: options.giveUpSeconds * 1000,
  });
  const logs = new Map(
    site.machines.flatMap(({ storePath, sessions }) => [...readLogs(storePath, sessions)]),
  );
  const readers = site.readers.map(({ name, machine, history }) => ({
    name,
    machine: machine.name,
    channels: machine.sessions,
    records: history.records,
  }));
  const violations = judge(site, { ...watched, readers, logs, convergence });
  return { strikes, readers, logs, convergence, memory: watched.memory, violations };
}

async function underFaults(site: Site, options: CheckerOptions, listener: RunListener) {
  const memory = watchMemory(site.relays, veteranOf(options));
  const stopReadiness = watchReadiness(site.relays);
  const stopTelling = listener.running(site, memory.latest);
  try {
    const strikes = await strike(site, planOf(options), listener);
    return { strikes, readiness: stopReadiness(), memory: memory.stop() };
  } finally {
    stopReadiness();
    stopTelling();
    memory.stop();
  }
}
