/** One relay process with thousands of idle machines and browsers: held, all cut at once, and back. */
import { loadavg } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { PING_INTERVAL_MS } from '@spectral/proto/wire';
import { numberArgument } from '../support/arguments.ts';
import { RELAY_NODE_OPTIONS } from '../support/collected-memory.ts';
import { raiseFileLimit } from '../support/file-limit.ts';
import { residentMb } from '../support/processes.ts';
import { publish, type Figure } from '../support/report.ts';
import { quantile } from '../support/statistics.ts';
import { waitFor } from '../support/wait.ts';
import { startWorker, type Worker } from '../support/worker.ts';
import { startRelayFleet, type Pod } from './cross-pod-fleet.ts';
import { startFakeGateway, type FakeGateway } from './fake-gateway.ts';
import type { HeldRecord } from './held-ledger.ts';
import { watchLoopLag } from './loop-lag.ts';

const CONNECTIONS = 8_000;
/** Connected side by side at first. */
const AT_ONCE = 100;
/** Held before the cut and after: two heartbeats. */
const HOLD_SECONDS = 60;
const ALL_BACK_LIMIT_MS = 90_000;
/** Machines and browsers; and while all come back, sockets of before are still being closed. */
const FILES_PER_CONNECTION = 2 * 2 + 1;
/** A heartbeat that comes this late counts as missed: the next is due by then. */
const MISSED_MS = 2 * PING_INTERVAL_MS;

export async function measure(): Promise<boolean> {
  const count = numberArgument('connections', CONNECTIONS);
  const holdMs = numberArgument('hold-seconds', HOLD_SECONDS) * 1_000;
  const gateway = await startFakeGateway();
  const most = `${2 * count}`;
  const fleet = await startRelayFleet(1, gateway, {
    SPECTRAL_MACHINES_PER_TEAM: most,
    SPECTRAL_BROWSERS_PER_TEAM: most,
    NODE_OPTIONS: RELAY_NODE_OPTIONS,
  });
  const workers: Worker[] = [];
  try {
    const [pod] = fleet.pods;
    if (!pod) throw new Error('a fleet of one pod was expected');
    for (const kind of ['machines', 'browsers']) {
      workers.push(await startWorker(kind, `load-tests/src/relay/held-${kind}-worker.ts`));
    }
    const limits = [pod, ...workers].map(({ pid }) => raiseFileLimit(pid, FILES_PER_CONNECTION * count));
    const setting = { count, holdMs, files: Math.min(...limits), pod, gateway, workers };
    return report(setting, await run(setting));
  } finally {
    await Promise.all(workers.map((worker) => worker.stop('SIGKILL')));
    await fleet.stop();
    await gateway.close();
  }
}

interface Setting {
  readonly count: number;
  readonly holdMs: number;
  /** How many files each process may have open. */
  readonly files: number;
  readonly pod: Pod;
  readonly gateway: FakeGateway;
  /** Of the machines, then of the browsers. */
  readonly workers: readonly Worker[];
}

interface Run {
  readonly residentMb: { readonly empty: number; readonly machines: number; readonly both: number };
  /** Of machines and of browsers, at the end. */
  readonly held: HeldRecord[];
  readonly stormed: HeldRecord[];
  readonly after: HeldRecord[];
  /** Longest lag of the relay's event loop, in milliseconds. */
  readonly lagMs: { readonly held: number; readonly storm: number };
}

async function run(setting: Setting): Promise<Run> {
  const { holdMs, pod, workers } = setting;
  const empty = residentMb(pod.pid);
  await openMachines(setting);
  const machines = residentMb(pod.pid);
  await openBrowsers(setting);
  const both = residentMb(pod.pid);
  const recordAll = () => Promise.all(workers.map((worker) => worker.ask<HeldRecord>('record')));
  const lag = watchLoopLag(pod.url);
  await sleep(holdMs);
  const held = await recordAll();
  const heldLag = lag.take();
  await Promise.all(workers.map((worker) => worker.ask('cut')));
  const isBack = ({ awayMs, connections }: HeldRecord) => awayMs.length === connections;
  // Whoever is still away after that shows in the figures.
  await waitFor(
    'all connections to be back',
    ALL_BACK_LIMIT_MS,
    async () => (await recordAll()).every(isBack),
    250,
  ).catch(() => {});
  const stormed = await recordAll();
  const stormLag = lag.take();
  await sleep(holdMs);
  lag.stop();
  const after = await recordAll();
  return {
    residentMb: { empty, machines, both },
    held,
    stormed,
    after,
    lagMs: { held: heldLag, storm: stormLag },
  };
}

async function openMachines({ count, gateway, pod, workers: [worker] }: Setting): Promise<void> {
  for (let first = 0; first < count; first += AT_ONCE) {
    const tokens = idsFrom(first, count).map((id) => gateway.machineToken(id));
    await worker?.ask('open', { relayUrl: pod.url, healthUrl: `${gateway.url}/health`, tokens });
  }
}

async function openBrowsers({ count, gateway, pod, workers: [, worker] }: Setting): Promise<void> {
  for (let first = 0; first < count; first += AT_ONCE) {
    const browsers = idsFrom(first, count).map((id) => ({ machineId: id, ticket: gateway.ticket(id) }));
    await worker?.ask('open', { relayUrl: pod.url, browsers });
  }
}

function idsFrom(first: number, count: number): string[] {
  const length = Math.min(AT_ONCE, count - first);
  return Array.from({ length }, (_, index) => `machine-${first + index}`);
}

function report(
  { count, holdMs, files }: Setting,
  { residentMb: memory, held, stormed, after, lagMs }: Run,
): boolean {
  const kinds = ['machines', 'browsers'] as const;
  const perThousand = (from: number, to: number) => `${(((to - from) * 1_000) / count).toFixed(1)} MB`;
  return publish({
    name: 'held-connections',
    title: 'Thousands of connections held, and all of them back at once',
    method: `One relay process with a real Redis holds ${count} machines and ${count} browsers, which are the real client; machines and browsers are a process each, on the same two cores. Held for ${holdMs / 1_000} s with the heartbeats of the contract, then every connection is broken at the same moment; all come back by the waits of the contract (1 s ± 20 % at first, machines after asking for the gateway's health), and are held for ${holdMs / 1_000} s more. Each process may have ${files} files open. Memory is resident memory as it is, nothing is collected first (see idle-memory for what is kept). Load average at the end ${loadavg()[0]?.toFixed(1)}.`,
    figures: [
      { name: 'resident, empty', value: `${memory.empty.toFixed(0)} MB` },
      { name: `resident with ${count} machines`, value: `${memory.machines.toFixed(0)} MB` },
      { name: 'per 1,000 machines, uncollected', value: perThousand(memory.empty, memory.machines) },
      { name: `resident with ${count} browsers besides`, value: `${memory.both.toFixed(0)} MB` },
      { name: 'per 1,000 browsers, uncollected', value: perThousand(memory.machines, memory.both) },
      ...kinds.flatMap((kind, index) => figuresOf(kind, [held[index], stormed[index], after[index]])),
      { name: 'longest lag of the relay’s event loop, held', value: `${lagMs.held.toFixed(0)} ms` },
      { name: 'the same, while all come back', value: `${lagMs.storm.toFixed(0)} ms` },
    ],
  });
}

function figuresOf(kind: string, [held, stormed, after]: readonly (HeldRecord | undefined)[]): Figure[] {
  if (!held || !stormed || !after) return [];
  const seconds = (ms: number) => `${(ms / 1_000).toFixed(1)} s`;
  const refusals = Object.entries(stormed.refusals);
  const refused = refusals.reduce((sum, [, times]) => sum + times, 0);
  const away = stormed.connections - stormed.awayMs.length;
  const why = refusals.map(([text, times]) => ` (${times} × ${text})`).join('');
  return [
    {
      name: `${kind}: lost while held, before and after`,
      value: `${after.lost} of ${after.connections}`,
      goal: '0',
      met: after.lost === 0,
    },
    {
      name: `${kind}: longest wait for a heartbeat`,
      value: seconds(after.longestSilenceMs),
      goal: `< ${seconds(MISSED_MS)}: none missed`,
      met: after.longestSilenceMs < MISSED_MS,
    },
    {
      name: `${kind}: attempts refused while all came back`,
      value: `${refused}${why}`,
      goal: '0',
      met: refused === 0,
    },
    { name: `${kind}: back after, p50`, value: seconds(quantile(stormed.awayMs, 0.5)) },
    { name: `${kind}: back after, p99`, value: seconds(quantile(stormed.awayMs, 0.99)) },
    {
      name: `${kind}: all back after`,
      value:
        away > 0
          ? `${away} still away after ${seconds(ALL_BACK_LIMIT_MS)}`
          : seconds(quantile(stormed.awayMs, 1)),
      met: away === 0,
    },
  ];
}
