/** A relay process is told to stop while calls are under way: how many fail, and how long it takes. */
import { loadavg } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { connectMachine, type MachineClient } from '@spectral/proto/client';
import { publish } from '../support/report.ts';
import { median } from '../support/statistics.ts';
import { waitFor } from '../support/wait.ts';
import { startRelayFleet } from './cross-pod-fleet.ts';
import { startFakeGateway, type FakeGateway } from './fake-gateway.ts';
import { startSessionMachine, type SessionMachine } from './session-machine.ts';

const ROUNDS = 5;
const MACHINES = 10;
const CALLS_PER_SECOND = 200;
const HANDLER_MS = 50;
/** Before the signal, and after the exit. */
const QUIET_MS = 1_000;

interface Round {
  readonly calls: number;
  /** What each failed call said. */
  readonly failures: readonly string[];
  readonly slowestMs: number;
  readonly exitMs: number;
}

export async function measure(): Promise<boolean> {
  const gateway = await startFakeGateway();
  const rounds: Round[] = [];
  try {
    for (let round = 0; round < ROUNDS; round++) rounds.push(await runRound(gateway));
  } finally {
    await gateway.close();
  }
  return report(rounds);
}

/** All machines and half of the browsers are on the pod that stops; all move to the other. */
async function runRound(gateway: FakeGateway): Promise<Round> {
  const fleet = await startRelayFleet(2, gateway);
  const ends: { close(): void }[] = [];
  try {
    const [leaving, staying] = fleet.pods;
    if (!leaving || !staying) throw new Error('a fleet of two pods was expected');
    const route = { url: leaving.url };
    for (let index = 0; index < MACHINES; index++) {
      const machine = machineOf(gateway, `machine-${index}`, () => route.url);
      ends.push(machine);
      await machine.ready;
    }
    const browsers = Array.from({ length: MACHINES }, (_, index) =>
      browserOf(gateway, `machine-${index}`, () => (index % 2 === 0 ? route.url : staying.url)),
    );
    ends.push(...browsers);
    await waitFor('every browser to see its machine', 10_000, () =>
      browsers.every(({ state }) => state.kind === 'live'),
    );
    const load = callSteadily(browsers);
    await sleep(QUIET_MS);
    route.url = staying.url;
    const exitMs = await leaving.stop('SIGTERM', 30_000);
    await sleep(QUIET_MS);
    return { ...(await load.stop()), exitMs };
  } finally {
    for (const end of ends) end.close();
    await fleet.stop();
  }
}

/** Asked to move, it does as the daemon: the new link is up before the old one closes. */
function machineOf(gateway: FakeGateway, id: string, relayUrl: () => string): SessionMachine {
  return startSessionMachine({
    token: gateway.machineToken(id),
    relayUrl,
    isHealthy: () => Promise.resolve(true),
    random: Math.random,
    sessions: [],
    answerAfterMs: HANDLER_MS,
  });
}

function browserOf(gateway: FakeGateway, machineId: string, relayUrl: () => string): MachineClient {
  return connectMachine({
    machineId,
    getTicket: () => Promise.resolve({ ticket: gateway.ticket(machineId), relayUrl: relayUrl() }),
  });
}

/** Calls machine after machine at an even pace until it is stopped, whatever has been answered. */
function callSteadily(browsers: readonly MachineClient[]) {
  const failures: string[] = [];
  const calls: Promise<number>[] = [];
  const call = async (browser: MachineClient | undefined) => {
    const began = performance.now();
    await browser?.request('POST', '/measured').catch((error: unknown) => failures.push(String(error)));
    return performance.now() - began;
  };
  const timer = setInterval(
    () => calls.push(call(browsers[calls.length % browsers.length])),
    1_000 / CALLS_PER_SECOND,
  );
  return {
    async stop() {
      clearInterval(timer);
      const times = await Promise.all(calls);
      return { calls: times.length, failures, slowestMs: Math.max(...times) };
    },
  };
}

function report(rounds: readonly Round[]): boolean {
  const failures = rounds.flatMap((round) => round.failures);
  for (const failure of new Set(failures)) process.stderr.write(`a call failed: ${failure}\n`);
  const calls = rounds.reduce((sum, round) => sum + round.calls, 0);
  const slowestExit = Math.max(...rounds.map(({ exitMs }) => exitMs));
  const seconds = (value: number) => `${(value / 1_000).toFixed(2)} s`;
  return publish({
    name: 'drain',
    title: 'A relay process stops under load',
    method: `Two relay processes and a real Redis; ${MACHINES} machines on the one that gets SIGTERM, half of their browsers there, half on the other; the default spread. The real client makes ${CALLS_PER_SECOND} calls a second, which the machines answer after ${HANDLER_MS} ms. ${ROUNDS} rounds. Load average at the end ${loadavg()[0]?.toFixed(1)}.`,
    figures: [
      {
        name: 'failed calls',
        value: `${failures.length} of ${calls}`,
        goal: '0',
        met: failures.length === 0,
      },
      {
        name: 'slowest call of a round, median',
        value: seconds(median(rounds.map(({ slowestMs }) => slowestMs))),
      },
      { name: 'exit, median', value: seconds(median(rounds.map(({ exitMs }) => exitMs))) },
      { name: 'exit, slowest', value: seconds(slowestExit), goal: '< 10 s', met: slowestExit < 10_000 },
    ],
  });
}
