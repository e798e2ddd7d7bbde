// The person: name, email, password.
import { useState, type SubmitEvent } from 'react';
import { useServices } from '../app/services.ts';
import { useStore } from '../data/store.ts';
import { Button } from '../design/button.tsx';
import { Field } from '../design/field.tsx';
import { Notice } from '../design/notice.tsx';
import { useAttempt } from './use-attempt.ts';

export function ProfileSection() {
  const user = useStore(useServices().me)?.user;
  if (!user) return null;
  return (
    <>
      <IdentityForm name={user.name} email={user.email} />
      <PasswordForm hasPassword={user.hasPassword} />
    </>
  );
}

function IdentityForm({ name, email }: { name: string; email: string }) {
  const { submit, busy, failure, done } = useProfileForm('Saved.');
  return (
    <form className="settings-card" onSubmit={submit}>
      <h2>Who you are</h2>
      <Field label="Name" name="name" defaultValue={name} required maxLength={100} autoComplete="name" />
      <Field label="Email" name="email" type="email" defaultValue={email} required autoComplete="email" />
      <FormEnd failure={failure} done={done} busy={busy} action="Save" />
    </form>
  );
}

function PasswordForm({ hasPassword }: { hasPassword: boolean }) {
  const { submit, busy, failure, done } = useProfileForm('The password is set.');
  return (
    <form className="settings-card" onSubmit={submit}>
      <h2>{hasPassword ? 'Password' : 'Set a password'}</h2>
      {!hasPassword && <p>You came in with a one-time link. With a password you can log in from anywhere.</p>}
      {hasPassword && (
        <Field
          label="Current password"
          name="currentPassword"
          type="password"
          required
          autoComplete="current-password"
        />
      )}
      <Field
        label="New password"
        name="password"
        type="password"
        required
        minLength={10}
        autoComplete="new-password"
        help="At least 10 characters."
      />
      <FormEnd
        failure={failure}
        done={done}
        busy={busy}
        action={hasPassword ? 'Change password' : 'Set password'}
      />
    </form>
  );
}

function useProfileForm(saved: string) {
  const { gateway, me } = useServices();
  const { run, busy, failure } = useAttempt();
  const [done, setDone] = useState<string | null>(null);
  const change = async (form: HTMLFormElement) => {
    const patch = Object.fromEntries(new FormData(form));
    setDone(null);
    if (!(await run(async () => me.set(await gateway.changeProfile(patch))))) return;
    setDone(saved);
    for (const field of form.querySelectorAll<HTMLInputElement>('[type="password"]')) field.value = '';
  };
  const submit = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    void change(event.currentTarget);
  };
  return { submit, busy, failure, done };
}

function FormEnd({
  failure,
  done,
  busy,
  action,
}: {
  failure: string | null;
  done: string | null;
  busy: boolean;
  action: string;
}) {
  return (
    <>
      {failure && <Notice tone="bad">{failure}</Notice>}
      <div className="settings-form-end">
        <Button type="submit" tone="accent" busy={busy}>
          {action}
        </Button>
        <span role="status" className="settings-done">
          {done}
        </span>
      </div>
    </>
  );
}
