/** What `spectral serve` costs: memory at rest and with idle sessions, CPU of a large tool argument and of streaming. */
import { setTimeout as sleep } from 'node:timers/promises';
import { machineCalls, type MachineCalls, type MachineClient } from '@spectral/proto/client';
import { signIn } from './support/person.ts';
import { cpuMs, residentMb } from './support/processes.ts';
import { publish, type Figure } from './support/report.ts';
import { startStandalone } from './support/stack.ts';
import { waitFor } from './support/wait.ts';

const SESSIONS = 50;
const STREAM_SECONDS = 10;
const DELTAS_PER_SECOND = 50;
const TURN_LIMIT_MS = 120_000;

interface Site {
  readonly client: MachineClient;
  readonly calls: MachineCalls;
  readonly pid: number;
  readonly projectId: string;
}

export async function measure(): Promise<boolean> {
  const stack = await startStandalone();
  try {
    const person = await signIn(stack.url, stack.loginLink);
    const { id } = await person.onlineMachine();
    const client = person.connect(id);
    const calls = machineCalls(client);
    const project = await calls.createProject({ path: stack.workspace });
    const site: Site = { client, calls, pid: stack.machinePid, projectId: project.id };
    const figures = [
      await idle(site),
      ...(await idleSessions(site)),
      ...(await toolArgument(site)),
      await streaming(site),
    ];
    client.close();
    return publish({
      name: 'serve-footprint',
      title: 'What `spectral serve` costs',
      method:
        'A local installation with the demo model; figures of the daemon process alone, read from /proc. ' +
        'Idle: 10 s after start, before any prompt. Idle sessions: each has had one short turn; memory is compared with that after the first such turn. ' +
        `Tool argument: one \`write\` call of 100,000 characters in pieces of 20, as fast as the stream goes; a health request goes round every 50 ms meanwhile, its slowest answer bounds how long a ping could wait. ` +
        `Streaming: ${SESSIONS} sessions, ${DELTAS_PER_SECOND} deltas a second each, over ${STREAM_SECONDS} s.`,
      figures,
    });
  } finally {
    await stack.stop();
  }
}

async function idle({ pid }: Site): Promise<Figure> {
  await sleep(10_000);
  const value = residentMb(pid);
  return {
    name: 'Resident memory, idle',
    value: `${value.toFixed(0)} MB`,
    goal: '< 200 MB',
    met: value < 200,
  };
}

async function idleSessions(site: Site): Promise<Figure[]> {
  await turn(site, await newSession(site), 'demo: say hello');
  const before = residentMb(site.pid);
  for (let index = 0; index < SESSIONS; index++) await turn(site, await newSession(site), 'demo: say hello');
  await sleep(5_000);
  const grown = residentMb(site.pid) - before;
  return [
    { name: 'Resident memory after the first turn', value: `${before.toFixed(0)} MB` },
    {
      name: `${SESSIONS} idle sessions add`,
      value: `${grown.toFixed(1)} MB`,
      goal: '< 20 MB',
      met: grown < 20,
    },
  ];
}

async function toolArgument(site: Site): Promise<Figure[]> {
  const sessionId = await newSession(site);
  const before = cpuMs(site.pid);
  const probe = probeLatency(site.client);
  await turn(site, sessionId, 'demo: tool-argument 100000');
  const slowest = await probe.stop();
  const seconds = (cpuMs(site.pid) - before) / 1000;
  return [
    {
      name: '100 kB tool argument, CPU',
      value: `${seconds.toFixed(2)} s`,
      goal: '< 1.5 s',
      met: seconds < 1.5,
    },
    {
      name: '100 kB tool argument, slowest answer meanwhile',
      value: `${slowest.toFixed(0)} ms`,
      goal: '< 1,000 ms',
      met: slowest < 1000,
    },
  ];
}

async function streaming(site: Site): Promise<Figure> {
  const ids: string[] = [];
  for (let index = 0; index < SESSIONS; index++) ids.push(await newSession(site));
  const pieces = DELTAS_PER_SECOND * STREAM_SECONDS;
  const content = `demo: stream ${pieces * 5} ${pieces} ${1000 / DELTAS_PER_SECOND}`;
  await Promise.all(ids.map((id) => site.calls.prompt(id, { content })));
  await waitFor('all sessions to run', 10_000, async () => (await site.calls.health()).running === SESSIONS);
  await sleep(1_000);
  const [cpu, began] = [cpuMs(site.pid), performance.now()];
  await sleep((STREAM_SECONDS - 4) * 1000);
  const share = (cpuMs(site.pid) - cpu) / (performance.now() - began);
  await waitFor(
    'all sessions to end',
    TURN_LIMIT_MS,
    async () => (await site.calls.health()).running === 0,
    200,
  );
  return {
    name: `${SESSIONS} sessions streaming, CPU`,
    value: `${(share * 100).toFixed(0)} % of a core`,
    goal: '< 40 %',
    met: share < 0.4,
  };
}

async function newSession({ calls, projectId }: Site): Promise<string> {
  return (await calls.createSession(projectId, { title: 'Footprint', modelId: 'spectral-demo' })).id;
}

async function turn({ calls }: Site, sessionId: string, content: string): Promise<void> {
  await calls.prompt(sessionId, { content });
  await waitFor('the turn to end', TURN_LIMIT_MS, async () => {
    const { session } = await calls.session(sessionId);
    return session.status !== 'running' && session.messages > 1;
  });
}

function probeLatency(client: MachineClient): { stop(): Promise<number> } {
  const state = { running: true, slowest: 0 };
  const loop = async () => {
    while (state.running) {
      const began = performance.now();
      await client.request('GET', '/api/health');
      state.slowest = Math.max(state.slowest, performance.now() - began);
      await sleep(50);
    }
  };
  const done = loop();
  return {
    async stop() {
      state.running = false;
      await done;
      return state.slowest;
    },
  };
}
