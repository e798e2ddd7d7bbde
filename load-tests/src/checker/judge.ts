/** All that is held against a run, from the processes down to each event of each reader. */
import { checkHistories, type ReaderHistory } from './check-history.ts';
import { checkLists, type ListsReader } from './check-lists.ts';
import { checkOutages } from './check-outages.ts';
import { goneProcesses } from './check-processes.ts';
import { checkPrompts } from './check-prompts.ts';
import type { Convergence } from './converge.ts';
import type { SessionLog } from './machine-log.ts';
import { tagOfPrompt } from './prompt-script.ts';
import { checkReadiness, type Readiness } from './readiness.ts';
import type { Site } from './site.ts';
import type { Strike } from './strike.ts';
import type { Violation } from './violation.ts';

/** What was seen of a run. */
export interface Evidence {
  readonly strikes: readonly Strike[];
  readonly readiness: readonly Readiness[];
  readonly readers: readonly (ReaderHistory & ListsReader)[];
  readonly logs: ReadonlyMap<string, SessionLog>;
  readonly convergence: Convergence;
}

/** Processes that died, then the rest in order of time. To be asked while the site still stands. */
export function judge(site: Site, evidence: Evidence): Violation[] {
  const { strikes, readiness, readers, logs, convergence } = evidence;
  const { deadline, lists } = convergence;
  const inTime = [
    ...checkHistories(logs, readers, deadline),
    ...checkLists(readers, lists, deadline.at),
    ...checkPrompts(logs, readers, tagOfPrompt),
    ...checkOutages(strikes, readers, logs),
    ...checkReadiness(readiness, strikes),
    ...strandedLinks(site),
  ].toSorted((a, b) => a.at - b.at);
  return [...goneProcesses(site), ...inTime];
}

/** Links that broke on the machine's side alone, and that their relay has not closed though a newer one is up. */
function strandedLinks({ machines }: Site): Violation[] {
  return machines
    .filter(({ network }) => network.stranded() > 0)
    .map(({ name, network }) => ({
      kind: 'unfenced',
      at: Date.now(),
      reader: name,
      channel: 'link',
      seq: 0,
      message: `${network.stranded()} outdated links of this machine are still open`,
    }));
}
