/** A burst of 10 MB with one fast viewer and one slow: the fast one's time, what the relay holds, what the slow one gets. */
import { createHash, randomUUID } from 'node:crypto';
import { loadavg } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { collectedMb, collectingOptions } from '../support/collected-memory.ts';
import { publish } from '../support/report.ts';
import { sharedNow } from '../support/shared-clock.ts';
import { median, seeded } from '../support/statistics.ts';
import { startWorker, type Worker } from '../support/worker.ts';
import { startRelayFleet } from './cross-pod-fleet.ts';
import { startFakeGateway } from './fake-gateway.ts';
import { startSessionMachine, type SessionMachine } from './session-machine.ts';
import type { Seen, ViewerOrder } from './viewer-worker.ts';

const ROUNDS = 5;
const BURST_BYTES = 10_000_000;
const PIECE_BYTES = 16_000;
const SLOW_BYTES_PER_SECOND = 1_000_000;
/** Of the relay, per reader. Less than its default: the kernel's buffers on the way take most of a burst already. */
const WINDOW_BYTES = 1024 * 1024;
/** The machine waits while this much has not left it, as the daemon does. */
const MOST_BUFFERED = 4 * 1024 * 1024;
/** The smallest of some looks, for a collection takes a while; the slow viewer's window is full for much longer. */
const LOOKS = 3;
const LOOK_MS = 300;
const GOAL = { ratio: 1.25, heldMb: (2 * WINDOW_BYTES) / 1e6 };
const MACHINE = 'machine';

/** Who watches beside the fast viewer. */
const COMPANIES = ['nobody', 'another', 'slow'] as const;
type Company = (typeof COMPANIES)[number];
type Rounds = Record<Company, Burst[]>;

interface Burst {
  readonly fastMs: number;
  /** Of the one beside it, if anybody. */
  readonly otherMs: number | null;
  /** What the relay's memory holds more than before, shortly after the burst, without its garbage. */
  readonly heldMb: number;
  /** How often the one beside came back from its cursor. */
  readonly resumed: number;
  readonly isWhole: boolean;
}

interface Scene {
  readonly machine: SessionMachine;
  readonly relayPid: number;
  readonly fast: Worker;
  readonly companions: { readonly [company in Company]: Worker | null };
}

export async function measure(): Promise<boolean> {
  const gateway = await startFakeGateway();
  const fleet = await startRelayFleet(1, gateway, {
    NODE_OPTIONS: collectingOptions(),
    SPECTRAL_BROWSER_WINDOW_BYTES: `${WINDOW_BYTES}`,
  });
  const sessions = Array.from({ length: COMPANIES.length * (ROUNDS + 1) }, () => randomUUID());
  const relayUrl = fleet.pods[0]?.url ?? '';
  const machine = startSessionMachine({
    token: gateway.machineToken(MACHINE),
    relayUrl: () => relayUrl,
    isHealthy: () => Promise.resolve(true),
    random: Math.random,
    sessions,
  });
  const workers: Worker[] = [];
  const connect = async (name: string, bytesPerSecond: number | null) => {
    const worker = await startWorker(`the ${name} viewer`, 'load-tests/src/relay/viewer-worker.ts');
    workers.push(worker);
    const order: ViewerOrder = {
      relayUrl,
      machineId: MACHINE,
      ticket: gateway.ticket(MACHINE),
      bytesPerSecond,
    };
    await worker.ask('connect', order);
    return worker;
  };
  try {
    await machine.ready;
    const scene: Scene = {
      machine,
      relayPid: fleet.pods[0]?.pid ?? 0,
      fast: await connect('fast', null),
      companions: {
        nobody: null,
        another: await connect('other', null),
        slow: await connect('slow', SLOW_BYTES_PER_SECOND),
      },
    };
    return report(await runRounds(scene, sessions));
  } finally {
    machine.close();
    await Promise.all(workers.map((worker) => worker.stop('SIGKILL')));
    await fleet.stop();
    await gateway.close();
  }
}

/** Every company in turn; the first round warms up. */
async function runRounds(scene: Scene, sessions: readonly string[]): Promise<Rounds> {
  const rounds: Rounds = { nobody: [], another: [], slow: [] };
  for (const [index, session] of sessions.entries()) {
    const company = COMPANIES[index % COMPANIES.length] ?? 'nobody';
    const burst = await runBurst(scene, session, company);
    if (index >= COMPANIES.length) rounds[company].push(burst);
  }
  return rounds;
}

async function runBurst(
  { machine, relayPid, fast, companions }: Scene,
  session: string,
  company: Company,
): Promise<Burst> {
  const companion = companions[company];
  const viewers = companion ? [fast, companion] : [fast];
  await Promise.all(viewers.map((viewer) => viewer.ask('open', session)));
  const before = await settledMb(relayPid);
  const beganAt = sharedNow();
  const sha256 = await tellBurst(machine, session);
  const finish = viewers.map((viewer) => viewer.ask<Seen>('finish', { session, bytes: BURST_BYTES }));
  const ofFast = await finish[0];
  const heldMb = (await settledMb(relayPid)) - before;
  const seen = await Promise.all(finish);
  const other = seen[1];
  return {
    fastMs: (ofFast?.doneAt ?? Number.NaN) - beganAt,
    otherMs: other ? other.doneAt - beganAt : null,
    heldMb,
    resumed: other?.resumed ?? 0,
    isWhole: seen.every((each) => each.sha256 === sha256 && each.bytes === BURST_BYTES),
  };
}

/** As fast as the link takes it. Resolves with the digest of the whole. */
async function tellBurst(machine: SessionMachine, session: string): Promise<string> {
  const hash = createHash('sha256');
  const random = seeded(1);
  for (let told = 0; told < BURST_BYTES; told += PIECE_BYTES) {
    const line = random().toString(36).slice(2).padEnd(16, '.');
    const delta = line.repeat(PIECE_BYTES / line.length).slice(0, Math.min(PIECE_BYTES, BURST_BYTES - told));
    hash.update(delta);
    machine.tell(session, { type: 'text_delta', messageId: 'message', delta });
    while ((machine.link.wire?.bufferedBytes ?? 0) > MOST_BUFFERED) await sleep(1);
  }
  return hash.digest('hex');
}

async function settledMb(pid: number): Promise<number> {
  const seen: number[] = [];
  while (seen.length < LOOKS) seen.push(await collectedMb(pid, LOOK_MS));
  return Math.min(...seen);
}

function report({ nobody, another, slow }: Rounds): boolean {
  const fastMs = (bursts: readonly Burst[]) => median(bursts.map((burst) => burst.fastMs));
  const ratio = fastMs(slow) / fastMs(another);
  const held = (bursts: readonly Burst[]) => median(bursts.map(({ heldMb }) => heldMb));
  const added = held(slow) - held(nobody);
  const bursts = [...nobody, ...another, ...slow];
  const whole = bursts.filter(({ isWhole }) => isWhole).length;
  const slowMs = median(slow.map(({ otherMs }) => otherMs ?? Number.NaN));
  const ms = (value: number) => `${value.toFixed(0)} ms`;
  const mb = (value: number) => `${value.toFixed(1)} MB`;
  return publish({
    name: 'slow-viewer',
    title: 'A burst of 10 MB with a slow viewer',
    method: `One relay process; a machine tells ${BURST_BYTES / 1e6} MB of text in events of ${PIECE_BYTES / 1_000} kB, as fast as its link takes them, to a fast viewer alone, to it and another fast one, and to it and a slow one, whose network passes ${SLOW_BYTES_PER_SECOND / 1e6} MB a second; all are the real client, a process each. The relay holds ${(WINDOW_BYTES / 1e6).toFixed(1)} MB for a reader, besides what the kernel's socket buffers take, and then drops the session for it, which comes back from its cursor. Two cores for everything, so any second viewer takes time from the first: the slow one is held against the other fast one. Memory is resident memory after a collection, as soon as the fast viewer has all. ${ROUNDS} rounds of each, in turn; medians. Load average at the end ${loadavg()[0]?.toFixed(1)}.`,
    figures: [
      { name: 'fast viewer alone, until it has all', value: ms(fastMs(nobody)) },
      { name: 'beside another fast viewer', value: ms(fastMs(another)) },
      { name: 'beside a slow viewer', value: ms(fastMs(slow)) },
      {
        name: 'beside a slow viewer, to beside a fast one',
        value: ratio.toFixed(2),
        goal: `≤ ${GOAL.ratio}`,
        met: ratio <= GOAL.ratio,
      },
      { name: 'slow viewer, until it has all', value: `${(slowMs / 1_000).toFixed(1)} s` },
      {
        name: 'times the slow viewer came back from its cursor',
        value: slow.map(({ resumed }) => resumed).join(', '),
      },
      {
        name: 'bursts that every viewer has byte for byte',
        value: `${whole} of ${bursts.length}`,
        goal: `${bursts.length}`,
        met: whole === bursts.length,
      },
      { name: 'held by the relay after the burst, fast viewer alone', value: mb(held(nobody)) },
      { name: 'the same with the slow viewer', value: mb(held(slow)) },
      {
        name: 'what it holds for the slow viewer',
        value: mb(added),
        goal: `≤ ${mb(GOAL.heldMb)} (two windows)`,
        met: added <= GOAL.heldMb,
      },
    ],
  });
}
