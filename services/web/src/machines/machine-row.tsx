// A machine in the picker.
import { useState } from 'react';
import { Link } from 'wouter';
import type { FleetPart, Machine } from '@spectral/proto/wire';
import { machinePath } from '../app/paths.ts';
import { useServices } from '../app/services.ts';
import { useRoughNow } from '../data/clock.ts';
import { messageOf } from '../data/failure.ts';
import { agoText } from '../design/amounts.ts';
import { IconButton } from '../design/button.tsx';
import { Icon } from '../design/icon.tsx';
import { Menu, MenuItem } from '../design/menu.tsx';
import { notablePhase, phaseDetail, phaseText } from './fleet-phase.ts';

export function MachineRow({ machine, onRevoke }: { machine: Machine; onRevoke: () => void }) {
  const [failure, setFailure] = useState<string | null>(null);
  return (
    <li className={machine.online ? 'machine' : 'machine machine-offline'}>
      <Link href={machinePath(machine.id)} className="machine-link">
        <span className={dotOf(machine)} aria-hidden="true" />
        <span className="machine-name truncate">
          {machine.name}
          <Origin machine={machine} />
        </span>
        <span className="machine-presence">
          <Presence machine={machine} />
        </span>
        <span className="machine-owner truncate">{ownerText(machine)}</span>
        <span className="machine-version numbers truncate">
          {machine.version !== '' && `v${machine.version}`}
        </span>
      </Link>
      <VisibilityButton machine={machine} onFailure={setFailure} />
      {machine.canManage ? (
        <Menu
          label={`Actions for ${machine.name}`}
          renderTrigger={(props) => (
            <IconButton {...props} icon="more" label={`Actions for ${machine.name}`} />
          )}
        >
          {(close) => (
            <MenuItem
              icon="trash"
              tone="bad"
              onSelect={() => {
                close();
                onRevoke();
              }}
            >
              Revoke machine …
            </MenuItem>
          )}
        </Menu>
      ) : (
        <span className="machine-no-actions" />
      )}
      {failure && (
        <p className="machine-failure" role="alert">
          {failure}
        </p>
      )}
    </li>
  );
}

function Presence({ machine }: { machine: Machine }) {
  const now = useRoughNow();
  const fleet = notablePhase(machine);
  if (fleet) return <Phase fleet={fleet} />;
  if (machine.online) return <>Online</>;
  if (machine.lastSeenAt === null) return <>Never connected</>;
  return <>Offline · seen {agoText(Date.parse(machine.lastSeenAt), now)}</>;
}

/** Where a machine of a fleet stands, and why. */
function Phase({ fleet }: { fleet: FleetPart }) {
  const detail = phaseDetail(fleet);
  return (
    <>
      {phaseText(fleet.phase)}
      {detail !== '' && (
        <small className="machine-detail" title={detail}>
          {detail}
        </small>
      )}
    </>
  );
}

/** Where it comes from: its pool, or the host it runs on, if that is called otherwise. */
function Origin({ machine: { fleet, hostname, name } }: { machine: Machine }) {
  if (fleet) return <small className="truncate">pool {fleet.pool}</small>;
  return hostname === name ? null : <small className="truncate">{hostname}</small>;
}

function ownerText({ owner, fleet }: Machine): string {
  return owner?.name ?? (fleet ? 'Team' : 'Team key');
}

function dotOf(machine: Machine): string {
  const phase = notablePhase(machine)?.phase;
  if (phase === 'failed') return 'dot dot-bad';
  if (phase !== undefined && phase !== 'asleep') return 'dot dot-wait';
  return machine.online ? 'dot dot-online' : 'dot';
}

/** Private or shared; a click changes it for those who may. */
function VisibilityButton({
  machine,
  onFailure,
}: {
  machine: Machine;
  onFailure: (message: string | null) => void;
}) {
  const { gateway, machines } = useServices();
  const [busy, setBusy] = useState(false);
  const shared = machine.visibility === 'SHARED';
  const change = async () => {
    setBusy(true);
    onFailure(null);
    try {
      machines.put(await gateway.setVisibility(machine.id, shared ? 'PRIVATE' : 'SHARED'));
    } catch (error) {
      onFailure(messageOf(error));
    } finally {
      setBusy(false);
    }
  };
  const content = (
    <>
      <Icon name={shared ? 'people' : 'lock'} size={15} />
      {shared ? 'Shared' : 'Private'}
    </>
  );
  if (!machine.canManage) return <span className="visibility">{content}</span>;
  const meaning = shared
    ? 'Everyone in the team can use it. Make it private'
    : 'Only you can use it. Share it with the team';
  return (
    <button
      type="button"
      role="switch"
      aria-checked={shared}
      aria-label={`${machine.name} is shared with the team`}
      title={meaning}
      className="visibility visibility-button"
      disabled={busy}
      onClick={() => void change()}
    >
      {content}
    </button>
  );
}
