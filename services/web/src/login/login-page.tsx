// Log in with email and password, or with a one-time link (`/login?code=…`).
import { useEffect, useRef, useState, type SubmitEvent } from 'react';
import { useLocation, useSearch } from 'wouter';
import type { AuthState } from '@spectral/proto/wire';
import { nextPath } from '../app/paths.ts';
import { useServices } from '../app/services.ts';
import { messageOf } from '../data/failure.ts';
import { formText, rawFormText } from '../data/form-text.ts';
import { Button } from '../design/button.tsx';
import { Waiting } from '../design/empty.tsx';
import { Field } from '../design/field.tsx';
import { Notice } from '../design/notice.tsx';
import { LoginFrame } from './login-frame.tsx';

export function LoginPage() {
  const search = useSearch();
  const code = new URLSearchParams(search).get('code');
  return code ? <LinkLogin code={code} /> : <PasswordLogin next={nextPath(search)} />;
}

/** Uses the link once, then goes to the machines; a used or old link says how to get another. */
function LinkLogin({ code }: { code: string }) {
  const { gateway, me } = useServices();
  const [, navigate] = useLocation();
  const [failure, setFailure] = useState<string | null>(null);
  const used = useRef<string | null>(null);

  useEffect(() => {
    if (used.current === code) return;
    used.current = code;
    gateway.loginByLink(code).then(
      (answer) => {
        me.set(answer);
        navigate('/', { replace: true });
      },
      (error: unknown) => setFailure(messageOf(error)),
    );
  }, [code, gateway, me, navigate]);

  if (failure === null) return <Waiting what="Signing you in" />;
  return (
    <LoginFrame title="This link did not work">
      <Notice tone="bad">{failure}</Notice>
      <p className="login-help">
        A login link works once. Restart the server for a new one, or log in with email and password.
      </p>
      <Button tone="accent" onClick={() => navigate('/login', { replace: true })}>
        Log in with a password
      </Button>
    </LoginFrame>
  );
}

function PasswordLogin({ next }: { next: string }) {
  const { gateway, me } = useServices();
  const [, navigate] = useLocation();
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<string | null>(null);
  const auth = useAuthState();

  const submit = async (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    setBusy(true);
    setFailure(null);
    try {
      me.set(await gateway.login(formText(form, 'email'), rawFormText(form, 'password')));
      navigate(next, { replace: true });
    } catch (error) {
      setFailure(messageOf(error));
      setBusy(false);
    }
  };
  return (
    <LoginFrame title="Log in">
      {auth?.firstRun && (
        <Notice tone="plain">
          This server is new. Open the login link that it printed when it started; then set a password in
          Settings.
        </Notice>
      )}
      <form className="login-form" onSubmit={(event) => void submit(event)}>
        <Field label="Email" name="email" type="email" autoComplete="username" required autoFocus />
        <Field label="Password" name="password" type="password" autoComplete="current-password" required />
        {failure && <Notice tone="bad">{failure}</Notice>}
        <Button type="submit" tone="accent" busy={busy}>
          Log in
        </Button>
      </form>
      <p className="login-help">No account yet? Ask an admin of your team for an invitation link.</p>
    </LoginFrame>
  );
}

/** Null until known; the form works without it. */
function useAuthState(): AuthState | null {
  const { gateway } = useServices();
  const [state, setState] = useState<AuthState | null>(null);
  useEffect(() => {
    gateway.authState().then(setState, () => undefined);
  }, [gateway]);
  return state;
}
