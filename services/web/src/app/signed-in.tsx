// Lets signed-in people through; sends others to the login page, which brings them back here.
import { useEffect, useState, type ReactNode } from 'react';
import { useLocation } from 'wouter';
import { GatewayError } from '@spectral/proto/client';
import { messageOf } from '../data/failure.ts';
import { useStore } from '../data/store.ts';
import { Button } from '../design/button.tsx';
import { Empty, Waiting } from '../design/empty.tsx';
import { loginPathFor } from './paths.ts';
import { useServices } from './services.ts';

const RETRY_MS = 3_000;

export function SignedIn({ children }: { children: ReactNode }) {
  const { gateway, me } = useServices();
  const known = useStore(me);
  const [, navigate] = useLocation();
  const [failure, setFailure] = useState<unknown>(null);
  const [attempt, setAttempt] = useState(0);

  useEffect(() => {
    if (known) return;
    let wanted = true;
    let retry: ReturnType<typeof setTimeout> | undefined;
    gateway.me().then(
      (answer) => wanted && me.set(answer),
      (error: unknown) => {
        if (!wanted) return;
        if (error instanceof GatewayError && error.status === 401)
          return navigate(loginPathFor(window.location), { replace: true });
        setFailure(error);
        retry = setTimeout(() => setAttempt(attempt + 1), RETRY_MS);
      },
    );
    return () => {
      wanted = false;
      clearTimeout(retry);
    };
  }, [known, gateway, me, navigate, attempt]);

  if (known) return children;
  if (failure === null) return <Waiting what="Opening Spectral" />;
  return (
    <main id="main" className="page-fill">
      <Empty page title="The gateway does not answer">
        <p>
          {messageOf(failure)}. The page keeps trying; check that the server is up and that you are online.
        </p>
        <Button onClick={() => setAttempt(attempt + 1)}>Try now</Button>
      </Empty>
    </main>
  );
}
