// Accepts an invitation to a team: the signed-in person joins, others make an account.
import { useEffect, useState, type SubmitEvent } from 'react';
import { useLocation } from 'wouter';
import type { InvitationOffer } from '@spectral/proto/client';
import type { Me } from '@spectral/proto/wire';
import { useServices } from '../app/services.ts';
import { messageOf } from '../data/failure.ts';
import { Button } from '../design/button.tsx';
import { Waiting } from '../design/empty.tsx';
import { Field } from '../design/field.tsx';
import { Notice } from '../design/notice.tsx';
import { LoginFrame } from './login-frame.tsx';

export function InvitePage({ code }: { code: string }) {
  const { gateway } = useServices();
  const [offer, setOffer] = useState<InvitationOffer | null>(null);
  const [who, setWho] = useState<Me | null | undefined>(undefined);
  const [failure, setFailure] = useState<string | null>(null);

  useEffect(() => {
    gateway.invitation(code).then(setOffer, (error: unknown) => setFailure(messageOf(error)));
    gateway.me().then(setWho, () => setWho(null));
  }, [code, gateway]);

  if (failure !== null) {
    return (
      <LoginFrame title="This invitation does not work">
        <Notice tone="bad">{failure}</Notice>
        <p className="login-help">
          Invitations end after a while and work once. Ask the team for a new link.
        </p>
      </LoginFrame>
    );
  }
  if (!offer || who === undefined) return <Waiting what="Reading the invitation" />;
  return (
    <LoginFrame title={`Join ${offer.team.name}`}>
      <p className="login-help">
        You are invited as {offer.role === 'admin' ? 'an admin' : `a ${offer.role}`}
        {who ? `, and signed in as ${who.user.name}.` : '.'}
      </p>
      <AcceptForm code={code} offer={offer} who={who} />
    </LoginFrame>
  );
}

function AcceptForm({ code, offer, who }: { code: string; offer: InvitationOffer; who: Me | null }) {
  const { gateway, me } = useServices();
  const [, navigate] = useLocation();
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<string | null>(null);

  const submit = async (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    const given = Object.fromEntries(
      [...new FormData(event.currentTarget)].filter(([, value]) => value !== ''),
    );
    setBusy(true);
    setFailure(null);
    try {
      me.set(await gateway.acceptInvitation(code, given));
      navigate('/', { replace: true });
    } catch (error) {
      setFailure(messageOf(error));
      setBusy(false);
    }
  };
  return (
    <form className="login-form" onSubmit={(event) => void submit(event)}>
      {!who && (
        <>
          <Field label="Your name" name="name" autoComplete="name" required autoFocus />
          <Field
            label="Email"
            name="email"
            type="email"
            autoComplete="username"
            required
            defaultValue={offer.email ?? ''}
            readOnly={offer.email !== null}
          />
          <Field
            label="Password"
            name="password"
            type="password"
            autoComplete="new-password"
            required
            minLength={10}
            help="At least 10 characters. If you have an account with this email, its password."
          />
        </>
      )}
      {failure && <Notice tone="bad">{failure}</Notice>}
      <Button type="submit" tone="accent" busy={busy}>
        {who ? 'Join the team' : 'Create account and join'}
      </Button>
    </form>
  );
}
