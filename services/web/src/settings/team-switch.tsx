// Which of the person's teams the settings are about; kept for the next visit.
import { useState } from 'react';
import type { Team } from '@spectral/proto/wire';
import { useServices } from '../app/services.ts';
import { useStore } from '../data/store.ts';
import { Select } from '../design/field.tsx';

const KEPT = 'team';

export function useTeam(): readonly [Team | null, (teamId: string) => void] {
  const { me, storage } = useServices();
  const teams = useStore(me)?.teams ?? [];
  const [chosen, setChosen] = useState(() => storage.read(KEPT));
  const team = teams.find(({ id }) => id === chosen) ?? teams[0] ?? null;
  const choose = (teamId: string) => {
    storage.write(KEPT, teamId);
    setChosen(teamId);
  };
  return [team, choose];
}

/** One team needs no choice: its name is enough. */
export function TeamSwitch({ team, onTeam }: { team: Team | null; onTeam: (teamId: string) => void }) {
  const teams = useStore(useServices().me)?.teams ?? [];
  if (!team) return null;
  if (teams.length < 2) return <span className="settings-team">{team.name}</span>;
  return (
    <Select
      bare
      label="Team"
      value={team.id}
      onChange={onTeam}
      options={teams.map(({ id, name }) => ({ value: id, label: name }))}
    />
  );
}

/** Whether the person may change the team's things. */
export function canManage({ role }: Team): boolean {
  return role !== 'member';
}
