/** A relay process is killed: first one that nobody here uses, then the one that holds the machines. */
import { loadavg } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseResponse, toPayload } from '@spectral/proto/wire';
import { publish } from '../support/report.ts';
import { median, quantile } from '../support/statistics.ts';
import { waitFor } from '../support/wait.ts';
import { startRelayFleet, type Pod } from './cross-pod-fleet.ts';
import { startFakeGateway, type FakeGateway } from './fake-gateway.ts';
import { connectBrowserEnd, type BrowserEnd } from './scripted-ends.ts';
import { startSessionMachine, type SessionMachine } from './session-machine.ts';

const ROUNDS = 5;
const MACHINES = 10;
const CALLS_PER_SECOND = 50;
const HANDLER_MS = 50;
const BEFORE_MS = 2_000;
/** How long calls are watched after the death of the pod that nobody uses. */
const WATCH_MS = 5_000;
/** How long the machines stay away after the death of theirs. */
const AWAY_MS = 1_000;
const REQUEST = toPayload({ v: 1, method: 'GET', path: '/measured' });

interface CallRecord {
  readonly machine: number;
  readonly sentAt: number;
  readonly answeredAt: number;
  readonly status: number;
}

interface Round {
  readonly before: readonly CallRecord[];
  readonly afterBystander: readonly CallRecord[];
  /** From the moment the machines may come back: the first answer of any, and the first of the last one. */
  readonly firstAnswerMs: number;
  readonly allBackMs: number;
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

async function runRound(gateway: FakeGateway): Promise<Round> {
  const fleet = await startRelayFleet(4, gateway);
  const ends: { close(): void }[] = [];
  try {
    const [machinePod, browserPod, bystander, refuge] = fleet.pods;
    if (!machinePod || !browserPod || !bystander || !refuge) throw new Error('four pods were expected');
    const machines = machinesOn(machinePod, gateway);
    ends.push(...machines);
    await Promise.all(machines.map(({ ready }) => ready));
    const browsers = await browsersOf(gateway, browserPod);
    ends.push(...browsers);
    const load = callSteadily(browsers);
    await sleep(BEFORE_MS);
    const bystanderDiedAt = performance.now();
    await bystander.stop('SIGKILL');
    await sleep(WATCH_MS);
    const machinesDiedAt = performance.now();
    await machinePod.stop('SIGKILL');
    // They come back when they are allowed to, not when their own back-off says.
    for (const machine of machines) machine.close();
    await sleep(AWAY_MS);
    const allowedAt = performance.now();
    ends.push(...machinesOn(refuge, gateway));
    const answeredAt = await firstAnswers(load.records, allowedAt);
    load.stop();
    const sentWithin = (from: number, to: number) =>
      load.records.filter(({ sentAt }) => sentAt >= from && sentAt < to);
    return {
      before: sentWithin(0, bystanderDiedAt),
      // A call on its way when the machines' own pod dies is another matter.
      afterBystander: sentWithin(bystanderDiedAt, machinesDiedAt - 10 * HANDLER_MS),
      firstAnswerMs: Math.min(...answeredAt) - allowedAt,
      allBackMs: Math.max(...answeredAt) - allowedAt,
    };
  } finally {
    for (const end of ends) end.close();
    await fleet.stop();
  }
}

function machinesOn({ url }: Pod, gateway: FakeGateway): SessionMachine[] {
  return Array.from({ length: MACHINES }, (_, index) =>
    startSessionMachine({
      token: gateway.machineToken(`machine-${index}`),
      relayUrl: () => url,
      isHealthy: () => Promise.resolve(true),
      random: Math.random,
      sessions: [],
      answerAfterMs: HANDLER_MS,
    }),
  );
}

function browsersOf(gateway: FakeGateway, { url }: Pod): Promise<BrowserEnd[]> {
  const ids = Array.from({ length: MACHINES }, (_, index) => `machine-${index}`);
  return Promise.all(ids.map((id) => connectBrowserEnd(url, id, gateway.ticket(id))));
}

/** Calls machine after machine at an even pace until it is stopped, whatever has been answered. */
function callSteadily(browsers: readonly BrowserEnd[]) {
  const records: CallRecord[] = [];
  const next = { call: 0 };
  const call = async (machine: number, browser: BrowserEnd | undefined) => {
    const sentAt = performance.now();
    const payload = await browser?.ask(REQUEST);
    const status = payload ? parseResponse(payload).status : 0;
    records.push({ machine, sentAt, answeredAt: performance.now(), status });
  };
  const timer = setInterval(() => {
    const machine = next.call++ % browsers.length;
    void call(machine, browsers[machine]);
  }, 1_000 / CALLS_PER_SECOND);
  return { records, stop: () => clearInterval(timer) };
}

/** Of each machine, when it first answered a call that came after this moment. */
async function firstAnswers(records: readonly CallRecord[], after: number): Promise<number[]> {
  const answered = () => {
    const first = new Map<number, number>();
    for (const { machine, answeredAt, status } of records) {
      if (answeredAt > after && status === 200 && !first.has(machine)) first.set(machine, answeredAt);
    }
    return first;
  };
  await waitFor('every machine to answer again', 40_000, () => answered().size === MACHINES);
  return [...answered().values()];
}

function report(rounds: readonly Round[]): boolean {
  const times = (records: readonly CallRecord[]) =>
    records.map(({ sentAt, answeredAt }) => answeredAt - sentAt);
  const before = rounds.flatMap((round) => times(round.before));
  const after = rounds.flatMap((round) => times(round.afterBystander));
  const failed = rounds.flatMap((round) =>
    round.afterBystander.filter(({ status }) => status !== 200),
  ).length;
  const slowest = (values: readonly number[]) => Math.max(...values);
  // Unnoticed: no failure, and no call slower than the slowest before by more than scheduling noise.
  const bound = slowest(before) + HANDLER_MS;
  const first = median(rounds.map(({ firstAnswerMs }) => firstAnswerMs));
  const ms = (value: number) => `${value.toFixed(0)} ms`;
  return publish({
    name: 'pod-death',
    title: 'A relay process is killed',
    method: `Four relay processes and a real Redis: ${MACHINES} machines on one, their browsers on another, nobody on the third, the fourth for later. ${CALLS_PER_SECOND} calls a second, which the machines answer after ${HANDLER_MS} ms. The third is killed with SIGKILL and calls are watched for ${WATCH_MS / 1_000} s; then the machines' own, and ${AWAY_MS} ms later they connect to the fourth. ${ROUNDS} rounds. Load average at the end ${loadavg()[0]?.toFixed(1)}.`,
    figures: [
      { name: 'before, p50', value: ms(median(before)) },
      { name: 'before, slowest call', value: ms(slowest(before)) },
      {
        name: 'an unused pod killed: failed calls',
        value: `${failed} of ${after.length}`,
        goal: '0',
        met: failed === 0,
      },
      { name: 'an unused pod killed: p99', value: ms(quantile(after, 0.99)) },
      {
        name: 'an unused pod killed: slowest call',
        value: ms(slowest(after)),
        goal: `≤ ${ms(bound)} (before, and ${HANDLER_MS} ms)`,
        met: slowest(after) <= bound,
      },
      {
        name: "the machines' pod killed: first answer after they may come back, median",
        value: ms(first),
        goal: '≤ 1500 ms',
        met: first <= 1_500,
      },
      {
        name: 'the same, slowest round',
        value: ms(slowest(rounds.map(({ firstAnswerMs }) => firstAnswerMs))),
      },
      {
        name: 'the same, until every machine answered, slowest round',
        value: ms(slowest(rounds.map(({ allBackMs }) => allBackMs))),
      },
    ],
  });
}
