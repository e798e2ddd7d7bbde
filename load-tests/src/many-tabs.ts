/** 20 tabs on one session: identical sequences; 5 of them killed at random disturb none of the others. */
import { createHash } from 'node:crypto';
import { machineCalls } from '@spectral/proto/client';
import { signIn } from './support/person.ts';
import { publish } from './support/report.ts';
import { startStandalone } from './support/stack.ts';
import { seeded } from './support/statistics.ts';
import { openTab, type Tab } from './support/tab.ts';
import { waitFor } from './support/wait.ts';

const TABS = 20;
const KILLED = 5;
const STEPS = 450;

export async function measure(): Promise<boolean> {
  const stack = await startStandalone();
  try {
    const person = await signIn(stack.url, stack.loginLink);
    const { id: machineId } = await person.onlineMachine();
    const control = person.connect(machineId);
    const calls = machineCalls(control);
    const project = await calls.createProject({ path: stack.workspace });
    const session = await calls.createSession(project.id, { title: 'Many tabs', modelId: 'spectral-demo' });
    const tabs = Array.from({ length: TABS }, () => openTab(person.connect(machineId), session.id));
    const sequences = tabs.map(recordSequence);
    await waitFor('every tab to be live', 20_000, () =>
      tabs.every((tab) => tab.client.state.kind === 'live'),
    );
    await calls.prompt(session.id, { content: `demo: stream 11000 ${STEPS}` });
    const killed = await killSome(tabs);
    const survivors = tabs.map((tab, index) => ({ tab, index })).filter(({ index }) => !killed.has(index));
    await waitFor('the turn to end in every tab', 60_000, () =>
      survivors.every(({ tab }) => tab.turnsEnded === 1),
    );
    const distinct = new Set(survivors.map(({ index }) => sequences[index]?.digest())).size;
    const texts = new Set(survivors.map(({ tab }) => tab.text())).size;
    for (const { tab } of survivors) tab.close();
    control.close();
    return publish({
      name: 'many-tabs',
      title: 'Many tabs, one session',
      method: `${TABS} tabs read one session of the demo model while it streams ${STEPS} steps; ${KILLED} of them are closed at random moments. The numbers and content of all events each surviving tab applied are compared, and its transcript.`,
      figures: [
        {
          name: 'Distinct event sequences among the survivors',
          value: String(distinct),
          goal: '1',
          met: distinct === 1,
        },
        {
          name: 'Distinct transcripts among the survivors',
          value: String(texts),
          goal: '1',
          met: texts === 1,
        },
      ],
    });
  } finally {
    await stack.stop();
  }
}

/** A running digest of every number and content, as applied. */
function recordSequence(tab: Tab): { digest(): string } {
  const hash = createHash('sha256');
  tab.onEvents((events) => {
    for (const event of events) hash.update(JSON.stringify(event));
  });
  return { digest: () => hash.copy().digest('hex') };
}

async function killSome(tabs: readonly Tab[]): Promise<Set<number>> {
  const random = seeded(7);
  const killed = new Set<number>();
  while (killed.size < KILLED) {
    const index = Math.floor(random() * tabs.length);
    const at = Math.floor(random() * STEPS * 0.8);
    const tab = tabs[index];
    if (!tab || killed.has(index)) continue;
    killed.add(index);
    await waitFor('the moment to kill', 30_000, () => tab.seq >= at, 2);
    tab.close();
  }
  return killed;
}
