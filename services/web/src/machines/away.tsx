// In place of a machine's lists while it is not there: why, and what brings it back.
import { useStore } from '../data/store.ts';
import { Empty, Waiting } from '../design/empty.tsx';
import { unreachableBecause } from './freshness.ts';
import { notablePhase, phaseDetail, phaseText } from './fleet-phase.ts';
import { useMachine } from './machine-context.ts';
import { useWake } from './use-wake.ts';
import { WakeButton } from './wake-button.tsx';

export function MachineAway() {
  const { room, name, info } = useMachine();
  const because = unreachableBecause(useStore(room.link), name ?? 'This machine');
  const wake = useWake();
  if (because === null) return <Waiting what="Asking the machine for its projects" />;
  const fleet = info && notablePhase(info);
  if (!fleet) return <HandRunAway name={name} because={because} />;
  // That it was idle goes without saying.
  const detail = fleet.phase === 'asleep' ? fleet.message : phaseDetail(fleet);
  return (
    <Empty page title={`${name ?? 'The machine'}: ${phaseText(fleet.phase).toLowerCase()}`}>
      {detail !== '' && <p>{detail}</p>}
      {fleet.phase === 'asleep' && <p>Its disk is kept: projects and sessions are as you left them.</p>}
      <WakeButton />
      {fleet.phase !== 'asleep' && wake && <p>This page connects by itself the moment it is there.</p>}
    </Empty>
  );
}

function HandRunAway({ name, because }: { name: string | null; because: string }) {
  return (
    <Empty page title={`Waiting for ${name ?? 'the machine'}`}>
      <p>
        {because} Start <code className="mono">spectral serve</code> there, or wake it up. This page connects
        by itself the moment it is back.
      </p>
    </Empty>
  );
}
