/** What a request from a browser to a machine and back costs, beside a bare relay of `ws` in the same run. */
import { cpuMs, startProcess, type RunningProcess } from '../support/processes.ts';
import { publish } from '../support/report.ts';
import { median, quantile } from '../support/statistics.ts';
import { startFakeGateway, type FakeGateway } from './fake-gateway.ts';
import { connectBareEnds, connectBrowserEnd, connectMachineEnd, type BrowserEnd } from './scripted-ends.ts';

const ROUNDS = 5;
const CALLS_PER_ROUND = 2_000;
const OUTSTANDING = 128;
const REQUEST = new Uint8Array(256);
const REPLY = new Uint8Array(1_024);

interface Samples {
  readonly times: number[];
  /** Of each round: CPU of the relay process per call at OUTSTANDING calls in the air, in microseconds. */
  readonly cpuPerCall: number[];
}

export async function measure(): Promise<boolean> {
  const gateway = await startFakeGateway();
  const relay = await startRelay(gateway);
  const bare = await startProcess({ name: 'bare relay', script: 'load-tests/src/relay/bare-relay.ts' });
  const url = String(relay.ready['url']);
  const machine = await connectMachineEnd(url, gateway.machineToken('machine'), REPLY);
  const browser = await connectBrowserEnd(url, 'machine', gateway.ticket('machine'));
  const stranded = await connectBrowserEnd(url, 'nobody', gateway.ticket('nobody'));
  const bareEnds = await connectBareEnds(String(bare.ready['url']), REPLY);
  try {
    await Promise.all([callOneByOne(browser, CALLS_PER_ROUND), callOneByOne(bareEnds, CALLS_PER_ROUND)]);
    const ours: Samples = { times: [], cpuPerCall: [] };
    const theirs: Samples = { times: [], cpuPerCall: [] };
    for (let round = 0; round < ROUNDS; round++) {
      theirs.times.push(...(await callOneByOne(bareEnds, CALLS_PER_ROUND)));
      ours.times.push(...(await callOneByOne(browser, CALLS_PER_ROUND)));
      ours.cpuPerCall.push(await cpuOf(relay, browser, CALLS_PER_ROUND * 5));
    }
    const offline = await callOneByOne(stranded, 200);
    return report(ours, theirs, offline);
  } finally {
    for (const end of [machine, browser, stranded, bareEnds]) end.close();
    await Promise.all([relay.stop(), bare.stop(), gateway.close()]);
  }
}

function report(ours: Samples, theirs: Samples, offline: readonly number[]): boolean {
  const [p50, bareP50] = [median(ours.times), median(theirs.times)];
  const slowestOffline = Math.max(...offline);
  return publish({
    name: 'request-latency',
    title: 'A request through the relay',
    method: `One relay process, one machine, one browser over the real client's socket; requests of ${REQUEST.length} bytes, answers of ${REPLY.length}. ${ROUNDS} rounds of ${CALLS_PER_ROUND} calls one at a time after a warm-up, alternating with the same calls through a bare relay of two \`ws\` sockets (no ids, no Socket.IO). CPU is that of the relay process with ${OUTSTANDING} calls in the air, median of the rounds.`,
    figures: [
      { name: 'browser → machine → browser, p50', value: ms(p50), goal: '< 0.3 ms', met: p50 < 0.3 },
      { name: 'the same, p99', value: ms(quantile(ours.times, 0.99)) },
      { name: 'bare relay, p50', value: ms(bareP50) },
      { name: 'bare relay, p99', value: ms(quantile(theirs.times, 0.99)) },
      { name: 'added over the bare relay, p50', value: ms(p50 - bareP50) },
      {
        name: `CPU of the relay per call, ${OUTSTANDING} in the air`,
        value: `${median(ours.cpuPerCall).toFixed(0)} µs`,
        goal: '≤ 50 µs',
        met: median(ours.cpuPerCall) <= 50,
      },
      {
        name: 'machine offline, slowest of 200 answers',
        value: ms(slowestOffline),
        goal: '< 50 ms',
        met: slowestOffline < 50,
      },
    ],
  });
}

function startRelay(gateway: FakeGateway): Promise<RunningProcess> {
  return startProcess({
    name: 'relay',
    script: 'services/relay/src/main.ts',
    env: {
      SPECTRAL_PORT: '0',
      SPECTRAL_GATEWAY_URL: gateway.url,
      SPECTRAL_SERVICE_SECRET: gateway.serviceSecret,
      SPECTRAL_LOG_LEVEL: 'warn',
      // The measurement is of forwarding, not of the limits.
      SPECTRAL_BROWSER_FRAMES_PER_SECOND: '1000000',
    },
  });
}

async function callOneByOne(end: BrowserEnd, calls: number): Promise<number[]> {
  const times: number[] = [];
  for (let call = 0; call < calls; call++) {
    const began = performance.now();
    await end.ask(REQUEST);
    times.push(performance.now() - began);
  }
  return times;
}

/** Microseconds of CPU per call, with OUTSTANDING callers that each ask one after another. */
async function cpuOf({ pid }: RunningProcess, end: BrowserEnd, calls: number): Promise<number> {
  const before = cpuMs(pid);
  await Promise.all(
    Array.from({ length: OUTSTANDING }, () => callOneByOne(end, Math.ceil(calls / OUTSTANDING))),
  );
  return ((cpuMs(pid) - before) * 1_000) / calls;
}

function ms(value: number): string {
  return `${value.toFixed(3)} ms`;
}
