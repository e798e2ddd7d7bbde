/** What a person does with a machine of a fleet: finds it, and has it work. */
import { tmpdir } from 'node:os';
import { waitFor } from '../../../../../load-tests/src/support/wait.ts';
import type { Person } from '../../../../../load-tests/src/support/person.ts';
import { openTab } from '../../../../../load-tests/src/support/tab.ts';
import { machineCalls } from '@spectral/proto/client';
import type { Machine } from '@spectral/proto/wire';

const LIMIT_MS = 20_000;

/** A turn that goes on until somebody ends it. */
export interface LongTurn {
  isRunning(): Promise<boolean>;
  /** Cancels it and waits until it ended. */
  end(): Promise<void>;
  /** Whether its process died in the middle of it. */
  wasCut(): boolean;
  /** The person leaves. */
  close(): void;
}

/** The machines of a pool that the person sees. */
export async function machinesOf(person: Person, pool: string): Promise<Machine[]> {
  const machines = await person.gateway.machines();
  return machines.filter(({ fleet }) => fleet?.pool === pool);
}

/** Opens a project on the machine and starts a turn that never ends by itself. */
export async function beginTurn(person: Person, machineId: string): Promise<LongTurn> {
  const client = person.connect(machineId);
  const calls = machineCalls(client);
  const project = await calls.createProject({ path: tmpdir() });
  const session = await calls.createSession(project.id, { title: 'A long turn', modelId: 'spectral-demo' });
  const tab = openTab(client, session.id);
  const ends: string[] = [];
  tab.onEvents((events) => {
    for (const event of events) if (event.type === 'agent_end') ends.push(event.reason);
  });
  await calls.prompt(session.id, { content: JSON.stringify({ script: [{ hang: true }] }) });
  return {
    isRunning: async () => ends.length === 0,
    async end() {
      await calls.cancel(session.id);
      await waitFor('the turn to end', LIMIT_MS, () => ends.length > 0);
    },
    wasCut: () => ends.includes('interrupted'),
    close: () => tab.close(),
  };
}
