/** Which machines of a pool may take a new revision now: few at a time, and none further while one does not come back. */
import type { Existing } from '../cluster/index.ts';
import type { AgentPool } from '../kinds/index.ts';
import type { AgentView } from './agent-view.ts';

/** Names of Agents. Machines that are away anyhow may always; of the others, those idle longest go first. */
export function updateTurns(pool: Existing<AgentPool>, views: readonly AgentView[]): ReadonlySet<string> {
  const { type, maxUnavailable } = pool.spec.update;
  if (type === 'Never') return new Set();
  const outdated = views.filter((view) => view.isOutdated && view.standing !== 'leaving');
  const away = outdated.filter(isAway);
  const unavailable = views.filter((view) => view.standing !== 'leaving' && isAway(view)).length;
  const present = outdated.filter((view) => !isAway(view)).toSorted(byIdleness);
  const next = present.slice(0, Math.max(0, maxUnavailable - unavailable));
  return new Set([...away, ...next].map(({ agent }) => agent.metadata.name));
}

function isAway({ standing, isCordoned }: AgentView): boolean {
  return standing === 'starting' || standing === 'failed' || isCordoned;
}

function byIdleness(one: AgentView, other: AgentView): number {
  return (one.idleSince ?? Infinity) - (other.idleSince ?? Infinity) || byName(one, other);
}

function byName(one: AgentView, other: AgentView): number {
  return one.agent.metadata.name < other.agent.metadata.name ? -1 : 1;
}
