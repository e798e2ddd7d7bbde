// The connection to a machine ended for good: why, and where to go.
import { Link, useLocation } from 'wouter';
import type { EndReason } from '@spectral/proto/client';
import { loginPathFor } from '../app/paths.ts';
import { useServices } from '../app/services.ts';
import { Button } from '../design/button.tsx';
import { Empty } from '../design/empty.tsx';

const TITLES: Readonly<Record<EndReason, string>> = {
  closed: 'Disconnected',
  'signed-out': 'You were signed out',
  forbidden: 'This machine is not open to you',
  'machine-revoked': 'This machine was revoked',
};

export function MachineEnded({ reason, message }: { reason: EndReason; message: string }) {
  const { me } = useServices();
  const [, navigate] = useLocation();
  return (
    <main id="main" className="page-fill">
      <Empty page title={TITLES[reason]}>
        <p>{reason === 'signed-out' ? 'Log in again to go on here; what you typed is kept.' : message}</p>
        {reason === 'signed-out' ? (
          <Button
            tone="accent"
            onClick={() => {
              navigate(loginPathFor(window.location));
              me.set(null);
            }}
          >
            Log in
          </Button>
        ) : (
          <Link href="/" className="text-link">
            Go to your machines
          </Link>
        )}
      </Empty>
    </main>
  );
}
