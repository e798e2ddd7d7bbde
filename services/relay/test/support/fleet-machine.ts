/** A machine of a fleet as a relay sees it: it says where its turns stand and obeys cordons, unless it is told not to. */
import type { ActivityFrame, RelayToMachine } from '@spectral/proto/wire';
import { connectMachine, type FakeMachine } from './fake-machine.ts';
import { OPERATOR_SECRET } from './start-pod.ts';

export interface FleetMachine extends FakeMachine {
  readonly now: { turns: number; queued: number; prompts: number; cordon: number | null; fence: number };
  /** Whether it answers cordons. */
  answers: boolean;
  /** Says where its turns stand now. */
  tell(): void;
}

/** Connects one, which has not said anything yet. */
export async function connectFleetMachine(url: string, token: string): Promise<FleetMachine> {
  const machine = await connectMachine(url, token);
  const now: FleetMachine['now'] = { turns: 0, queued: 0, prompts: 0, cordon: null, fence: 0 };
  const state = { heard: 0 };
  const said = (): ActivityFrame => ({
    kind: 'activity',
    ...now,
    lastTurnEndedAt: null,
    answers: state.heard,
  });
  const fleetMachine: FleetMachine = Object.assign(machine, {
    now,
    answers: true,
    tell: () => machine.sendControl(said()),
  });
  machine.socket.on('message', (data: Buffer, isBinary) => {
    if (isBinary) return;
    const control = JSON.parse(data.toString()) as RelayToMachine;
    if (control.kind !== 'cordon' && control.kind !== 'uncordon') return;
    state.heard = control.ask;
    if (control.fence >= now.fence) {
      now.fence = control.fence;
      now.cordon = control.kind === 'cordon' ? control.fence : null;
    }
    if (fleetMachine.answers) fleetMachine.tell();
  });
  return fleetMachine;
}

/** Asks a relay as the operator does; resolves with status and body. */
export async function askFleet(
  url: string,
  path: string,
  body: unknown,
  secret = OPERATOR_SECRET,
  // oxlint-disable-next-line typescript/no-explicit-any
): Promise<{ status: number; body: any }> {
  const response = await fetch(`${url}/internal/fleet/${path}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${secret}`, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  return { status: response.status, body: await response.json() };
}
