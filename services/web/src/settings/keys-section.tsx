// Team keys: what machines log in with. A secret is shown once; rotating ends the machines that logged in with the old one.
import { useCallback, useState, type SubmitEvent } from 'react';
import type { Team, TeamKey } from '@spectral/proto/wire';
import { useServices } from '../app/services.ts';
import { useRoughNow } from '../data/clock.ts';
import { agoText, dateText } from '../design/amounts.ts';
import { Button } from '../design/button.tsx';
import { Confirm } from '../design/confirm.tsx';
import { Field } from '../design/field.tsx';
import { Notice } from '../design/notice.tsx';
import { LoadedView, useLoaded } from './loaded.tsx';
import { ShownOnce } from './shown-once.tsx';
import { canManage } from './team-switch.tsx';
import { useAttempt } from './use-attempt.ts';

export function KeysSection({ team }: { team: Team }) {
  const { gateway } = useServices();
  const loaded = useLoaded(useCallback(() => gateway.teamKeys(team.id), [gateway, team.id]));
  const [secret, setSecret] = useState<string | null>(null);
  const [asking, setAsking] = useState<{
    readonly key: TeamKey;
    readonly action: 'rotate' | 'revoke';
  } | null>(null);
  const keys = loaded.value ?? [];

  const act = async () => {
    if (!asking) return;
    const { key, action } = asking;
    if (action === 'revoke') {
      await gateway.revokeTeamKey(team.id, key.id);
      return loaded.set(keys.filter(({ id }) => id !== key.id));
    }
    const rotated = await gateway.rotateTeamKey(team.id, key.id);
    setSecret(rotated.secret);
    loaded.set(keys.map((known) => (known.id === key.id ? rotated.key : known)));
  };
  if (!canManage(team))
    return (
      <p className="settings-none">
        Owners and admins of the team manage its keys. Ask one of them for a key.
      </p>
    );
  return (
    <section className="settings-card">
      <h2>Keys of {team.name}</h2>
      <p>
        A machine logs in with a key: <code className="mono">spectral login</code>. Such machines belong to
        the team and are shared.
      </p>
      <NewKeyForm
        team={team}
        onMade={(key, made) => {
          setSecret(made);
          loaded.set([...keys, key]);
        }}
      />
      {secret && (
        <ShownOnce text={secret} what="team key" help="Copy the key now: it is shown only this once." />
      )}
      <LoadedView loaded={loaded} what="Loading keys">
        {(known) =>
          known.length === 0 ? (
            <p className="settings-none">No keys yet. Make one to connect a machine.</p>
          ) : (
            <ul className="settings-rows">
              {known.map((key) => (
                <KeyRow key={key.id} entry={key} onAsk={(action) => setAsking({ key, action })} />
              ))}
            </ul>
          )
        }
      </LoadedView>
      <Confirm
        open={asking !== null}
        title={`${asking?.action === 'rotate' ? 'Rotate' : 'Revoke'} ${asking?.key.name ?? ''}?`}
        action={asking?.action === 'rotate' ? 'Rotate key' : 'Revoke key'}
        onClose={() => setAsking(null)}
        onConfirm={act}
      >
        <p>
          Every machine that logged in with <strong>{asking?.key.name}</strong> is disconnected at once and
          must log in again
          {asking?.action === 'rotate' ? ' with the new key.' : ' with another key.'} Their sessions stay on
          their disks.
        </p>
      </Confirm>
    </section>
  );
}

function NewKeyForm({ team, onMade }: { team: Team; onMade: (key: TeamKey, secret: string) => void }) {
  const { gateway } = useServices();
  const { run, busy, failure } = useAttempt();
  const [name, setName] = useState('');
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    void run(async () => {
      const { key, secret } = await gateway.createTeamKey(team.id, name);
      setName('');
      onMade(key, secret);
    });
  };
  return (
    <form className="settings-line" onSubmit={submit}>
      <Field
        label="Name of a new key"
        value={name}
        required
        maxLength={100}
        placeholder="Build machines"
        onChange={(event) => setName(event.target.value)}
      />
      <Button type="submit" tone="accent" busy={busy}>
        Create key
      </Button>
      {failure && <Notice tone="bad">{failure}</Notice>}
    </form>
  );
}

function KeyRow({ entry, onAsk }: { entry: TeamKey; onAsk: (action: 'rotate' | 'revoke') => void }) {
  const now = useRoughNow();
  const used = entry.lastUsedAt ? `used ${agoText(Date.parse(entry.lastUsedAt), now)}` : 'never used';
  return (
    <li>
      <div className="settings-row-text">
        <strong>{entry.name}</strong>
        <span className="mono truncate">{entry.prefix}…</span>
      </div>
      <span className="settings-row-fact">
        {used} · made {dateText(Date.parse(entry.createdAt))}
      </span>
      <Button tone="quiet" onClick={() => onAsk('rotate')}>
        Rotate
      </Button>
      <Button tone="quiet" onClick={() => onAsk('revoke')}>
        Revoke
      </Button>
    </li>
  );
}
