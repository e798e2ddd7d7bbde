// Asks before a machine is revoked.
import type { Machine } from '@spectral/proto/wire';
import { useServices } from '../app/services.ts';
import { Confirm } from '../design/confirm.tsx';

export function RevokeDialog({ machine, onClose }: { machine: Machine | null; onClose: () => void }) {
  const { gateway, machines } = useServices();
  const name = machine?.name ?? '';
  return (
    <Confirm
      open={machine !== null}
      title={`Revoke ${name}?`}
      action="Revoke machine"
      onClose={onClose}
      onConfirm={async () => {
        if (!machine) return;
        await gateway.revokeMachine(machine.id);
        machines.remove(machine.id);
      }}
    >
      <p>
        <strong>{name}</strong> is disconnected at once and its token stops working everywhere.{' '}
        <code className="mono">spectral serve</code> exits there. Its projects and sessions stay on its disk;
        to use it again, log in on the machine.
      </p>
    </Confirm>
  );
}
