// Makes an invitation and shows its link, which is shown only this once.
import { useState, type SubmitEvent } from 'react';
import type { Invitation, Team } from '@spectral/proto/wire';
import { useServices } from '../app/services.ts';
import { Button } from '../design/button.tsx';
import { Field, Select } from '../design/field.tsx';
import { Notice } from '../design/notice.tsx';
import { ShownOnce } from './shown-once.tsx';
import { useAttempt } from './use-attempt.ts';

export function InviteForm({ team, onInvited }: { team: Team; onInvited: (invitation: Invitation) => void }) {
  const { gateway } = useServices();
  const { run, busy, failure } = useAttempt();
  const [email, setEmail] = useState('');
  const [role, setRole] = useState<'admin' | 'member'>('member');
  const [link, setLink] = useState<string | null>(null);
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    void run(async () => {
      const made = await gateway.invite(team.id, { role, ...(email === '' ? {} : { email }) });
      setLink(made.link);
      setEmail('');
      onInvited(made.invitation);
    });
  };
  return (
    <>
      <form className="settings-line" onSubmit={submit}>
        <Field
          label="Email (optional)"
          type="email"
          value={email}
          placeholder="Anyone with the link"
          onChange={(event) => setEmail(event.target.value)}
        />
        <Select
          label="Role"
          value={role}
          onChange={(next) => setRole(next === 'admin' ? 'admin' : 'member')}
          options={[
            { value: 'member', label: 'Member' },
            { value: 'admin', label: 'Admin' },
          ]}
        />
        <Button type="submit" tone="accent" busy={busy}>
          Invite
        </Button>
      </form>
      {failure && <Notice tone="bad">{failure}</Notice>}
      {link && (
        <ShownOnce
          text={link}
          what="invitation link"
          help="Send it to the person. It is shown only now and works once."
        />
      )}
    </>
  );
}
