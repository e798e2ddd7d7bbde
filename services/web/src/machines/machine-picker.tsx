// All machines of the person's teams: pick one, share it, revoke it. Stays true by itself while it is open.
import { useEffect, useState } from 'react';
import type { Machine } from '@spectral/proto/wire';
import { useServices } from '../app/services.ts';
import { TopBar } from '../app/top-bar.tsx';
import { usePageTitle } from '../app/page-title.ts';
import { messageOf } from '../data/failure.ts';
import { useStore } from '../data/store.ts';
import { Button } from '../design/button.tsx';
import { Waiting } from '../design/empty.tsx';
import { Notice } from '../design/notice.tsx';
import { moveBetween } from '../keyboard/list-navigation.ts';
import { FirstMachine } from './first-machine.tsx';
import { MachineRow } from './machine-row.tsx';
import { RevokeDialog } from './revoke-dialog.tsx';
import { byTeam } from './by-team.ts';
import './machines.css';

export function MachinePicker() {
  const { machines: store } = useServices();
  const { machines, failure } = useStore(store);
  const [revoking, setRevoking] = useState<Machine | null>(null);
  usePageTitle('Machines');
  useEffect(() => store.watch(), [store]);

  return (
    <div className="page">
      <TopBar />
      <main id="main" className="machines">
        {failure !== null && (
          <Notice tone="warn" action={<Button onClick={() => void store.refresh()}>Try now</Button>}>
            {machines ? 'The list may be old: ' : ''}
            {messageOf(failure)}. Still trying.
          </Notice>
        )}
        {machines === null && failure === null && <Waiting what="Looking for your machines" />}
        {machines?.length === 0 && <FirstMachine />}
        {machines && machines.length > 0 && <MachineList machines={machines} onRevoke={setRevoking} />}
      </main>
      <RevokeDialog machine={revoking} onClose={() => setRevoking(null)} />
    </div>
  );
}

function MachineList({
  machines,
  onRevoke,
}: {
  machines: readonly Machine[];
  onRevoke: (machine: Machine) => void;
}) {
  const [adding, setAdding] = useState(false);
  const online = machines.filter((machine) => machine.online).length;
  return (
    <>
      <div className="machines-head">
        <div>
          <h1>Machines</h1>
          <p className="numbers">
            {online} of {machines.length} online
          </p>
        </div>
        <Button icon="plus" onClick={() => setAdding(!adding)} aria-expanded={adding}>
          Add a machine
        </Button>
      </div>
      {adding && <FirstMachine known={machines.length} />}
      {byTeam(machines).map(({ team, members }) => (
        <section key={team.id} className="machines-team" aria-label={`Machines of ${team.name}`}>
          <h2>{team.name}</h2>
          {/* Arrow keys move between the links of the list. */}
          {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-element-interactions */}
          <ul onKeyDown={(event) => moveBetween(event, '.machine-link')}>
            {members.map((machine) => (
              <MachineRow key={machine.id} machine={machine} onRevoke={() => onRevoke(machine)} />
            ))}
          </ul>
        </section>
      ))}
    </>
  );
}
