// A team: its name, its members with their roles, invitations.
import { useCallback, useState } from 'react';
import type { Invitation, Member, Role, Team } from '@spectral/proto/wire';
import { useServices } from '../app/services.ts';
import { dateText } from '../design/amounts.ts';
import { Button, IconButton } from '../design/button.tsx';
import { Confirm } from '../design/confirm.tsx';
import { Select } from '../design/field.tsx';
import { Notice } from '../design/notice.tsx';
import { Renamable } from '../design/renamable.tsx';
import { InviteForm } from './invite-form.tsx';
import { LoadedView, useLoaded } from './loaded.tsx';
import { canManage } from './team-switch.tsx';
import { useAttempt } from './use-attempt.ts';

export function TeamsSection({ team }: { team: Team }) {
  const { gateway, me } = useServices();
  const rename = async (name: string) => {
    await gateway.renameTeam(team.id, name);
    me.set(await gateway.me());
  };
  return (
    <>
      <section className="settings-card">
        <h2>Name</h2>
        <p className="settings-name">
          {canManage(team) ? (
            <Renamable value={team.name} label="Name of the team" onRename={rename} />
          ) : (
            team.name
          )}
          <span className="tag">
            you are {team.role === 'member' ? 'a member' : team.role === 'admin' ? 'an admin' : 'the owner'}
          </span>
        </p>
      </section>
      <Members team={team} />
      {canManage(team) && <Invitations team={team} />}
    </>
  );
}

function Members({ team }: { team: Team }) {
  const { gateway, me } = useServices();
  const loaded = useLoaded(useCallback(() => gateway.members(team.id), [gateway, team.id]));
  const [removing, setRemoving] = useState<Member | null>(null);
  const { run, failure } = useAttempt();
  const replace = (edit: (members: readonly Member[]) => Member[]) => loaded.set(edit(loaded.value ?? []));

  const setRole = (member: Member, role: Role) =>
    run(async () => {
      const changed = await gateway.changeMember(team.id, member.userId, role);
      replace((members) => members.map((known) => (known.userId === changed.userId ? changed : known)));
    });
  return (
    <section className="settings-card">
      <h2>Members</h2>
      {failure && <Notice tone="bad">{failure}</Notice>}
      <LoadedView loaded={loaded} what="Loading members">
        {(members) => (
          <ul className="settings-rows">
            {members.map((member) => (
              <li key={member.userId}>
                <div className="settings-row-text">
                  <strong>
                    {member.name}
                    {member.userId === me.get()?.user.id && <span className="tag tag-accent">you</span>}
                  </strong>
                  <span>{member.email}</span>
                </div>
                <span className="settings-row-fact">since {dateText(Date.parse(member.joinedAt))}</span>
                <Select
                  bare
                  label={`Role of ${member.name}`}
                  value={member.role}
                  disabled={!canManage(team) || (member.role === 'owner' && team.role !== 'owner')}
                  onChange={(role) =>
                    void setRole(member, role === 'owner' || role === 'admin' ? role : 'member')
                  }
                  options={rolesFor(team, member)}
                />
                {canManage(team) && (
                  <IconButton
                    icon="trash"
                    label={`Remove ${member.name}`}
                    onClick={() => setRemoving(member)}
                  />
                )}
              </li>
            ))}
          </ul>
        )}
      </LoadedView>
      <Confirm
        open={removing !== null}
        title={`Remove ${removing?.name ?? ''}?`}
        action="Remove member"
        onClose={() => setRemoving(null)}
        onConfirm={async () => {
          if (!removing) return;
          await gateway.removeMember(team.id, removing.userId);
          replace((members) => members.filter(({ userId }) => userId !== removing.userId));
        }}
      >
        <p>
          Open pages of <strong>{removing?.name}</strong> on the team’s machines are cut at once. Their
          private machines stay theirs.
        </p>
      </Confirm>
    </section>
  );
}

/** Only owners make owners. */
function rolesFor(team: Team, member: Member) {
  const roles = [
    { value: 'owner', label: 'Owner' },
    { value: 'admin', label: 'Admin' },
    { value: 'member', label: 'Member' },
  ];
  return team.role === 'owner' || member.role === 'owner' ? roles : roles.slice(1);
}

function Invitations({ team }: { team: Team }) {
  const { gateway } = useServices();
  const loaded = useLoaded(useCallback(() => gateway.invitations(team.id), [gateway, team.id]));
  const { run, failure } = useAttempt();
  const withdraw = (invitation: Invitation) =>
    run(async () => {
      await gateway.withdrawInvitation(team.id, invitation.id);
      loaded.set((loaded.value ?? []).filter(({ id }) => id !== invitation.id));
    });
  return (
    <section className="settings-card">
      <h2>Invitations</h2>
      <InviteForm team={team} onInvited={(invitation) => loaded.set([...(loaded.value ?? []), invitation])} />
      {failure && <Notice tone="bad">{failure}</Notice>}
      <LoadedView loaded={loaded} what="Loading invitations">
        {(invitations) =>
          invitations.length > 0 && (
            <ul className="settings-rows">
              {invitations.map((invitation) => (
                <li key={invitation.id}>
                  <div className="settings-row-text">
                    <strong>{invitation.email ?? 'Anyone with the link'}</strong>
                    <span>as {invitation.role}</span>
                  </div>
                  <span className="settings-row-fact">ends {dateText(Date.parse(invitation.expiresAt))}</span>
                  <Button tone="quiet" onClick={() => void withdraw(invitation)}>
                    Withdraw
                  </Button>
                </li>
              ))}
            </ul>
          )
        }
      </LoadedView>
    </section>
  );
}
