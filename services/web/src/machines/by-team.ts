/** Machines in the order of the picker. */
import type { Machine } from '@spectral/proto/wire';

export interface TeamMachines {
  readonly team: Machine['team'];
  readonly members: readonly Machine[];
}

/** Teams by name; in each the online ones first, then by name. */
export function byTeam(machines: readonly Machine[]): TeamMachines[] {
  const groups = Map.groupBy(machines, (machine) => machine.team.id);
  return [...groups.values()]
    .flatMap((members) =>
      members[0] ? { team: members[0].team, members: members.toSorted(onlineFirst) } : [],
    )
    .toSorted((one, other) => one.team.name.localeCompare(other.team.name));
}

function onlineFirst(one: Machine, other: Machine): number {
  return Number(other.online) - Number(one.online) || one.name.localeCompare(other.name);
}
