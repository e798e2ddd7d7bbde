// Approves the login of a command line: `spectral login --oauth` opened this page, or shows a code to type here.
import { useState, type SubmitEvent } from 'react';
import { useLocation, useSearch } from 'wouter';
import { useServices } from '../app/services.ts';
import { messageOf } from '../data/failure.ts';
import { formText } from '../data/form-text.ts';
import { useStore } from '../data/store.ts';
import { Button } from '../design/button.tsx';
import { Field } from '../design/field.tsx';
import { Notice } from '../design/notice.tsx';
import { readCliRequest, type CliRequest } from './cli-request.ts';
import { LoginFrame } from './login-frame.tsx';

export function CliAuthPage() {
  const search = useSearch();
  const request = readCliRequest(search);
  if (request) return <LoopbackApproval request={request} />;
  return <DeviceApproval initialCode={new URLSearchParams(search).get('code') ?? ''} />;
}

/** The command waits on this computer: it gets a one-time code through its loopback address. */
function LoopbackApproval({ request }: { request: CliRequest }) {
  const { gateway, me } = useServices();
  const user = useStore(me)?.user;
  const [, navigate] = useLocation();
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<string | null>(null);

  const approve = async () => {
    setBusy(true);
    setFailure(null);
    try {
      const { code } = await gateway.approveCli(request);
      window.location.assign(
        `http://127.0.0.1:${request.port}/?${new URLSearchParams({ code, state: request.state })}`,
      );
    } catch (error) {
      setFailure(messageOf(error));
      setBusy(false);
    }
  };
  return (
    <LoginFrame title="Let this command line in?">
      <dl className="login-facts">
        <div>
          <dt>Computer</dt>
          <dd>{request.host ?? 'unnamed'}</dd>
        </div>
        <div>
          <dt>Acts as</dt>
          <dd>{user?.email}</dd>
        </div>
      </dl>
      <p className="login-help">
        It will see your machines and sessions and can drive them. Approve only if you just ran{' '}
        <code className="mono">spectral login --oauth</code> yourself.
      </p>
      {failure && <Notice tone="bad">{failure}</Notice>}
      <div className="login-actions">
        <Button onClick={() => navigate('/')}>Refuse</Button>
        <Button tone="accent" busy={busy} onClick={() => void approve()}>
          Approve
        </Button>
      </div>
    </LoginFrame>
  );
}

/** The command waits on a computer without a browser: the person types the code it shows. */
function DeviceApproval({ initialCode }: { initialCode: string }) {
  const { gateway } = useServices();
  const [state, setState] = useState<'asking' | 'busy' | 'done'>('asking');
  const [failure, setFailure] = useState<string | null>(null);

  const approve = async (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    const code = formText(new FormData(event.currentTarget), 'code').toUpperCase();
    setState('busy');
    setFailure(null);
    try {
      await gateway.approveDevice(code);
      setState('done');
    } catch (error) {
      setFailure(messageOf(error));
      setState('asking');
    }
  };
  if (state === 'done') {
    return (
      <LoginFrame title="Approved">
        <Notice tone="good">The command line is logged in. You can close this page.</Notice>
      </LoginFrame>
    );
  }
  return (
    <LoginFrame title="Let a command line in">
      <p className="login-help">
        Type the code that the terminal shows. Approve only a login you started yourself.
      </p>
      <form className="login-form" onSubmit={(event) => void approve(event)}>
        <div className="login-code">
          <Field
            label="Code"
            name="code"
            defaultValue={initialCode}
            placeholder="BDWP-HQPK"
            autoComplete="off"
            spellCheck={false}
            maxLength={12}
            required
            autoFocus
          />
        </div>
        {failure && <Notice tone="bad">{failure}</Notice>}
        <Button type="submit" tone="accent" busy={state === 'busy'}>
          Approve
        </Button>
      </form>
    </LoginFrame>
  );
}
