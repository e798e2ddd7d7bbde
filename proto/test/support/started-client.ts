/** A machine client on a scripted relay and a clock that stands still. */
import { connectMachine, type ConnectionState, type MachineClientOptions } from '../../client/index.ts';
import { fakeTimers, settled } from './fake-timers.ts';
import { scriptedRelay } from './scripted-relay.ts';

/** The client has asked for its ticket and opened its first socket, which is not welcomed yet. */
export async function startedClient(options: Partial<MachineClientOptions> = {}) {
  const timers = fakeTimers();
  const relay = scriptedRelay();
  const states: ConnectionState[] = [];
  const ticket = { count: 0 };
  const client = connectMachine({
    machineId: 'machine',
    getTicket: () => Promise.resolve({ ticket: `ticket ${++ticket.count}`, relayUrl: 'https://relay' }),
    timers,
    random: () => 0.5,
    connect: relay.connect,
    onState: (state) => void states.push(state),
    ...options,
  });
  await settled();
  return { client, relay, timers, states };
}
