/** What a caller of `/mcp` may see: the teams, and the machines in them. */
import type { Presence } from '@spectral/common';
import type { Machine } from '@spectral/proto/wire';
import type { Caller } from '../callers/index.ts';
import type { Database } from '../database/index.ts';
import { machinesOfTeam, machinesVisibleTo } from '../machines/machines.ts';
import { teamsOf } from '../teams/teams.ts';

export interface McpScope {
  readonly teamIds: readonly string[];
  machines(): Promise<readonly Machine[]>;
}

/** A person sees what they see in the page; a machine and a team key see the team's shared machines. */
export async function scopeOf(
  caller: Caller,
  parts: { db: Database; presence: Presence; now: () => Date },
): Promise<McpScope> {
  const { db, presence, now } = parts;
  if (caller.kind === 'person') {
    const teams = await teamsOf(db, caller.user.id);
    return {
      teamIds: teams.map(({ id }) => id),
      machines: () => machinesVisibleTo(db, presence, caller.user.id, now()),
    };
  }
  const { teamId } = caller;
  const ownerId = caller.kind === 'machine' ? caller.ownerId : null;
  return { teamIds: [teamId], machines: () => machinesOfTeam(db, presence, { teamId, ownerId }, now()) };
}
