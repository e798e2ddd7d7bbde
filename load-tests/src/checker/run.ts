/** One run of the checker: a site, faults by a plan, convergence, judgement. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { checkHistories, type ReaderHistory } from './check-history.ts';
import { goneProcesses } from './check-processes.ts';
import { checkPrompts } from './check-prompts.ts';
import { converge, type Convergence } from './converge.ts';
import { readLogs, type SessionLog } from './machine-log.ts';
import type { CheckerOptions } from './options.ts';
import { faultText, planFaults, type PlannedFault } from './plan.ts';
import { tagOfPrompt } from './prompt-script.ts';
import { startSite, type Site } from './site.ts';
import { strike, type Strike } from './strike.ts';
import type { Violation } from './violation.ts';

export interface Verdict {
  readonly strikes: readonly Strike[];
  readonly readers: readonly ReaderHistory[];
  readonly logs: ReadonlyMap<string, SessionLog>;
  readonly convergence: Convergence;
  /** Processes that died, then the rest in order of time. */
  readonly violations: readonly Violation[];
  /** Histories, stores and the output of every process; null when it was removed because nothing was found. */
  readonly directory: string | null;
}

const SESSIONS_PER_MACHINE = 2;
/** What prompts under way get beyond the deadline to be answered and run. */
const GIVE_UP_MS = 90_000;

/** The faults that belong to a seed. */
export function planOf({ seed, seconds, relays, machines, readers }: CheckerOptions): PlannedFault[] {
  return planFaults({ seed, seconds, relays, machines, readers });
}

/** `tell` hears of progress. When the run itself fails, its directory stays. */
export async function runChecker(options: CheckerOptions, tell: (line: string) => void): Promise<Verdict> {
  const directory = mkdtempSync(join(tmpdir(), 'spectral-checker-'));
  tell(`starting in ${directory}`);
  const verdict = await verdictIn(directory, options, tell);
  if (options.keep || verdict.violations.length > 0) return { ...verdict, directory };
  rmSync(directory, { recursive: true, force: true });
  return { ...verdict, directory: null };
}

async function verdictIn(
  directory: string,
  options: CheckerOptions,
  tell: (line: string) => void,
): Promise<Omit<Verdict, 'directory'>> {
  const site = await startSite({ ...options, directory, sessionsPerMachine: SESSIONS_PER_MACHINE });
  try {
    return await verdictOn(site, options, tell);
  } finally {
    await site.stop();
  }
}

async function verdictOn(
  site: Site,
  options: CheckerOptions,
  tell: (line: string) => void,
): Promise<Omit<Verdict, 'directory'>> {
  const beganAt = Date.now();
  tell('everything runs');
  const strikes = await strike(site, planOf(options), ({ fault, endedAt }) =>
    tell(`${faultText(fault)}; over at ${((endedAt - beganAt) / 1000).toFixed(1)} s`),
  );
  for (const { process } of site.readers) process.tell({ type: 'finish' });
  const since = Math.max(Date.now(), ...strikes.map(({ endedAt }) => endedAt));
  const convergence = await converge(site, {
    since,
    limitMs: options.convergeSeconds * 1000,
    giveUpMs: GIVE_UP_MS,
  });
  const logs = new Map(
    site.machines.flatMap(({ storePath, sessions }) => [...readLogs(storePath, sessions)]),
  );
  const readers = site.readers.map(({ name, machine, history }) => ({
    name,
    channels: machine.sessions,
    records: history.records,
  }));
  const inHistories = [
    ...checkHistories(logs, readers, convergence.deadline),
    ...checkPrompts(logs, readers, tagOfPrompt),
  ].toSorted((a, b) => a.at - b.at);
  const violations = [...goneProcesses(site), ...inHistories];
  return { strikes, readers, logs, convergence, violations };
}
