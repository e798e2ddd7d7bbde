/** What a request and its answer cost across two relay processes, and through one. */
import { loadavg } from 'node:os';
import { startProcess } from '../support/processes.ts';
import { publish } from '../support/report.ts';
import { median, quantile } from '../support/statistics.ts';
import { startRelayFleet, type Fleet, type Pod } from './cross-pod-fleet.ts';
import { startFakeGateway, type FakeGateway } from './fake-gateway.ts';
import { connectBareEnds, connectBrowserEnd, connectMachineEnd, type BrowserEnd } from './scripted-ends.ts';

const ROUNDS = 5;
const MACHINES = 20;
const CALLS_ONE_BY_ONE = 2_000;
const CALLS_TOGETHER = 6_400;
const OUTSTANDING = 128;
const REQUEST = new Uint8Array(256);
const REPLY = new Uint8Array(1_024);

interface Samples {
  readonly browsers: readonly BrowserEnd[];
  /** Milliseconds of each call, one after another. */
  readonly times: number[];
  /** Of each round: microseconds of CPU of all processes per call. */
  readonly cpuPerCall: number[];
}

export async function measure(): Promise<boolean> {
  const gateway = await startFakeGateway();
  const fleet = await startRelayFleet(2, gateway);
  const bare = await startProcess({ name: 'bare relay', script: 'load-tests/src/relay/bare-relay.ts' });
  const ends: { close(): void }[] = [];
  try {
    const [machinePod, otherPod] = fleet.pods;
    if (!machinePod || !otherPod) throw new Error('a fleet of two pods was expected');
    for (const id of machineIds())
      ends.push(await connectMachineEnd(machinePod.url, gateway.machineToken(id), REPLY));
    const across = await connectBrowsers(otherPod, gateway);
    const within = await connectBrowsers(machinePod, gateway);
    const bareEnds = await connectBareEnds(String(bare.ready['url']), REPLY);
    ends.push(...across.browsers, ...within.browsers, bareEnds);
    const bareTimes = await callOneByOne(bareEnds, CALLS_ONE_BY_ONE);
    for (const { browsers } of [across, within]) await callTogether(browsers, CALLS_TOGETHER);
    for (let round = 0; round < ROUNDS; round++) {
      for (const samples of [across, within]) await runRound(fleet, samples);
      bareTimes.push(...(await callOneByOne(bareEnds, CALLS_ONE_BY_ONE)));
    }
    return report(across, within, bareTimes);
  } finally {
    for (const end of ends) end.close();
    await Promise.all([fleet.stop(), bare.stop()]);
    await gateway.close();
  }
}

/** One browser per machine. */
async function connectBrowsers({ url }: Pod, gateway: FakeGateway): Promise<Samples> {
  const browsers: BrowserEnd[] = [];
  for (const id of machineIds()) browsers.push(await connectBrowserEnd(url, id, gateway.ticket(id)));
  return { browsers, times: [], cpuPerCall: [] };
}

const machineIds = () => Array.from({ length: MACHINES }, (_, index) => `machine-${index}`);

async function runRound(fleet: Fleet, { browsers, times, cpuPerCall }: Samples): Promise<void> {
  times.push(...(await callOneByOne(browsers[0], CALLS_ONE_BY_ONE)));
  const before = fleet.cpuMs();
  await callTogether(browsers, CALLS_TOGETHER);
  cpuPerCall.push(((fleet.cpuMs() - before) * 1_000) / CALLS_TOGETHER);
}

async function callTogether(browsers: readonly BrowserEnd[], calls: number): Promise<void> {
  const callers = Array.from({ length: OUTSTANDING }, (_, index) => browsers[index % browsers.length]);
  await Promise.all(callers.map((browser) => callOneByOne(browser, calls / OUTSTANDING)));
}

async function callOneByOne(browser: BrowserEnd | undefined, calls: number): Promise<number[]> {
  const times: number[] = [];
  for (let call = 0; call < calls; call++) {
    const began = performance.now();
    await browser?.ask(REQUEST);
    times.push(performance.now() - began);
  }
  return times;
}

function report(across: Samples, within: Samples, bareTimes: readonly number[]): boolean {
  const ms = (value: number) => `${value.toFixed(3)} ms`;
  const acrossP50 = median(across.times);
  const cpu = (name: string, { cpuPerCall }: Samples, bound: number) => {
    const value = median(cpuPerCall);
    return {
      name: `${name}, CPU per call, ${OUTSTANDING} in the air`,
      value: `${value.toFixed(0)} µs`,
      goal: `≤ ${bound} µs`,
      met: value <= bound,
    };
  };
  return publish({
    name: 'cross-pod',
    title: 'A request across pods',
    method: `Two relay processes and a real Redis; ${MACHINES} machines on one of them, each with a browser on the other and one on its own. Requests of ${REQUEST.length} bytes, answers of ${REPLY.length}. ${ROUNDS} rounds of ${CALLS_ONE_BY_ONE} calls one at a time and ${CALLS_TOGETHER} with ${OUTSTANDING} in the air; CPU is that of both relays and Redis, median of the rounds. Beside it, in the same run, a bare relay of two ws sockets in one process. Load average at the end ${loadavg()[0]?.toFixed(1)}.`,
    figures: [
      { name: 'two pods, one at a time, p50', value: ms(acrossP50), goal: '≤ 0.4 ms', met: acrossP50 <= 0.4 },
      { name: 'two pods, one at a time, p99', value: ms(quantile(across.times, 0.99)) },
      cpu('two pods', across, 110),
      { name: 'one pod, one at a time, p50', value: ms(median(within.times)) },
      { name: 'one pod, one at a time, p99', value: ms(quantile(within.times, 0.99)) },
      cpu('one pod', within, 50),
      { name: 'bare relay, one process, one at a time, p50', value: ms(median(bareTimes)) },
    ],
  });
}
