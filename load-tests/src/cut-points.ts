/**
 * 200 cut points of each kind: a tab cut at a random event (half of them reload, half lose their network), the relay
 * killed with -9, and the daemon killed with -9. Every transcript must come back byte-equal to the machine's own log.
 */
import { machineCalls, Transcript, transcriptText, type MachineCalls } from '@spectral/proto/client';
import { startProxy } from './support/cuttable-proxy.ts';
import { signIn, type Person } from './support/person.ts';
import { publish, type Figure } from './support/report.ts';
import { startSplitStack, type SplitStack } from './support/stack.ts';
import { seeded } from './support/statistics.ts';
import { openTab, type Tab } from './support/tab.ts';
import { waitFor } from './support/wait.ts';

const TABS = 20;
const ROUNDS = 10;
const STEPS = 200;
const TURN_LIMIT_MS = 60_000;
const SEED = Number(process.env['SEED'] ?? 1);

interface Site {
  readonly stack: SplitStack;
  readonly person: Person;
  readonly machineId: string;
  readonly calls: MachineCalls;
  readonly random: () => number;
}

interface CutTab {
  readonly tab: Tab;
  end(): Promise<void>;
}

interface Tally {
  cuts: number;
  equal: number;
  /** Events a tab had seen that the log no longer held afterwards. */
  takenBack: number;
}

export async function measure(): Promise<boolean> {
  const stack = await startSplitStack();
  try {
    const person = await signIn(stack.url, stack.loginLink);
    const { id: machineId } = await person.onlineMachine();
    const control = person.connect(machineId);
    const site: Site = { stack, person, machineId, calls: machineCalls(control), random: seeded(SEED) };
    const tabs = await tabsCut(site);
    const relay = await processKilled(site, stack.killRelay, stack.restartRelay);
    const daemon = await processKilled(site, stack.killMachine, stack.restartMachine);
    control.close();
    return publish({
      name: 'cut-points',
      title: 'Cut at any event, the transcript comes back',
      method:
        `Gateway, relay and machine as processes, Redis between them; the demo model streams answers of ${STEPS} steps. ` +
        `${TABS} tabs read one session, ${ROUNDS} turns per kind, each tab cut at a random event of the turn (seed ${SEED}). ` +
        "After the turn each tab's transcript is compared byte for byte with the reduction of the machine's log. " +
        'Of cut tabs every second one is closed and opened anew, the others lose their TCP connection. ' +
        'When a process is killed with SIGKILL, it is started again at once; each tab stands at its own event then.',
      figures: [row('Tab cut', tabs), row('Relay killed', relay), row('Daemon killed', daemon), lost(daemon)],
    });
  } finally {
    await stack.stop();
  }
}

async function tabsCut(site: Site): Promise<Tally> {
  const tally: Tally = { cuts: 0, equal: 0, takenBack: 0 };
  const sessionId = await newSession(site);
  for (let round = 0; round < ROUNDS; round++) {
    const before = await headOf(site, sessionId);
    const cuts = Array.from({ length: TABS }, (_, index) => cutTab(site, sessionId, before, index % 2 === 0));
    await prompt(site, sessionId);
    const cutTabs = await Promise.all(cuts);
    await settle(
      site,
      sessionId,
      cutTabs.map(({ tab }) => tab),
      tally,
    );
    await Promise.all(cutTabs.map(({ end }) => end()));
    progress('tabs cut', round);
  }
  return tally;
}

/** Opens a tab, cuts it at a random event of the coming turn, brings it back. */
async function cutTab(
  { person, machineId, random }: Site,
  sessionId: string,
  before: number,
  reloads: boolean,
): Promise<CutTab> {
  const proxy = await startProxy(await relayOrigin(person, machineId));
  const end = () => proxy.close();
  const first = openTab(person.connect(machineId, proxy.url), sessionId);
  const at = before + 1 + Math.floor(random() * STEPS);
  await waitFor('the cut', TURN_LIMIT_MS, () => first.seq >= at || first.lastEnd > before, 1);
  proxy.cut();
  if (!reloads) return { tab: first, end };
  first.close();
  return { tab: openTab(person.connect(machineId, proxy.url), sessionId), end };
}

async function relayOrigin(person: Person, machineId: string): Promise<string> {
  return (await person.gateway.relayTicket(machineId)).relayUrl;
}

/** All tabs read; the process dies at a random event of the turn and comes back. */
async function processKilled(
  site: Site,
  kill: () => Promise<void>,
  restart: () => Promise<void>,
): Promise<Tally> {
  const tally: Tally = { cuts: 0, equal: 0, takenBack: 0 };
  const sessionId = await newSession(site);
  for (let round = 0; round < ROUNDS; round++) {
    const before = await headOf(site, sessionId);
    const tabs = Array.from({ length: TABS }, () => openTab(site.person.connect(site.machineId), sessionId));
    await Promise.all(tabs.map((tab) => tab.waitForSeq(before, 30_000)));
    await prompt(site, sessionId);
    const [witness] = tabs;
    if (!witness) throw new Error('no tab');
    const at = before + 1 + Math.floor(site.random() * STEPS * 0.6);
    await waitFor(
      'the moment to kill',
      TURN_LIMIT_MS,
      () => witness.seq >= at || witness.lastEnd > before,
      1,
    );
    await kill();
    const seen = tabs.map((tab) => tab.seq);
    await restart();
    await settle(site, sessionId, tabs, tally);
    const head = await headOf(site, sessionId);
    tally.takenBack = Math.max(tally.takenBack, ...seen.map((seq) => seq - head));
    progress('process killed', round);
  }
  return tally;
}

/** Waits for the session to be idle and the tabs to stand at its head, compares, closes them. */
async function settle(site: Site, sessionId: string, tabs: readonly Tab[], tally: Tally): Promise<void> {
  const history = await waitFor(
    'the turn to end',
    TURN_LIMIT_MS,
    async () => {
      const answer = await site.calls.session(sessionId).catch(() => undefined);
      return answer && answer.session.status !== 'running' ? answer : undefined;
    },
    100,
  );
  const transcript = new Transcript(history.session.title);
  transcript.apply(history.events);
  const wanted = transcriptText(transcript);
  for (const tab of tabs) {
    await tab.waitForSeq(history.session.head, 40_000);
    tally.cuts++;
    if (tab.text() === wanted) tally.equal++;
    tab.close();
  }
}

async function newSession({ calls, stack }: Site): Promise<string> {
  const existing = await calls.projects();
  const project = existing[0] ?? (await calls.createProject({ path: stack.workspace }));
  return (await calls.createSession(project.id, { title: 'Cut points', modelId: 'spectral-demo' })).id;
}

async function headOf({ calls }: Site, sessionId: string): Promise<number> {
  return (await calls.session(sessionId)).session.head;
}

async function prompt({ calls }: Site, sessionId: string): Promise<void> {
  await calls.prompt(sessionId, { content: `demo: stream ${STEPS * 20} ${STEPS}` });
}

function row(name: string, { cuts, equal }: Tally): Figure {
  return {
    name: `${name}: byte-equal transcripts`,
    value: `${equal} of ${cuts}`,
    goal: `${TABS * ROUNDS} of ${TABS * ROUNDS}`,
    met: equal === cuts && cuts === TABS * ROUNDS,
  };
}

function lost({ takenBack }: Tally): Figure {
  return {
    name: 'Daemon killed: events seen and then gone',
    value: String(Math.max(0, takenBack)),
    goal: 'at most 10',
    met: takenBack <= 10,
  };
}

function progress(what: string, round: number): void {
  process.stderr.write(`${what}: round ${round + 1} of ${ROUNDS}\n`);
}
