/** A burst of 10 MB with one fast viewer and one slow: the fast one's time, the relay's memory, and what the slow one gets. */
import { createHash, randomUUID } from 'node:crypto';
import { loadavg } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { residentMb } from '../support/processes.ts';
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
/** The relay's default window per reader. */
const WINDOW_MB = 4.2;
/** The machine waits while this much has not left it, as the daemon does. */
const MOST_BUFFERED = 4 * 1024 * 1024;
const SAMPLE_MS = 10;
const GOAL = { ratio: 1.25, growthMb: 2 * WINDOW_MB };
const MACHINE = 'machine';

interface Burst {
  readonly fastMs: number;
  readonly slowMs: number | null;
  /** Of the relay's resident memory, from the burst's beginning to the last viewer's end. */
  readonly growthMb: number;
  readonly resumed: number;
  readonly isWhole: boolean;
}

interface Scene {
  readonly machine: SessionMachine;
  readonly relayPid: number;
  readonly fast: Worker;
  readonly slow: Worker;
}

export async function measure(): Promise<boolean> {
  const gateway = await startFakeGateway();
  const fleet = await startRelayFleet(1, gateway);
  const sessions = Array.from({ length: 2 * ROUNDS + 1 }, () => randomUUID());
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
      slow: await connect('slow', SLOW_BYTES_PER_SECOND),
    };
    return report(await runRounds(scene, sessions));
  } finally {
    machine.close();
    await Promise.all(workers.map((worker) => worker.stop('SIGKILL')));
    await fleet.stop();
    await gateway.close();
  }
}

/** The first session warms up; then the fast viewer alone and beside the slow one, in turn. */
async function runRounds(scene: Scene, [first = '', ...others]: readonly string[]) {
  const [alone, together]: Burst[][] = [[], []];
  await runBurst(scene, first, false);
  for (const [index, session] of others.entries()) {
    const withSlow = index % 2 === 1;
    (withSlow ? together : alone)?.push(await runBurst(scene, session, withSlow));
  }
  return { alone: alone ?? [], together: together ?? [] };
}

async function runBurst(
  { machine, relayPid, fast, slow }: Scene,
  session: string,
  withSlow: boolean,
): Promise<Burst> {
  const viewers = withSlow ? [fast, slow] : [fast];
  await Promise.all(viewers.map((viewer) => viewer.ask('open', session)));
  const memory = watchMemory(relayPid);
  const beganAt = sharedNow();
  const sha256 = await tellBurst(machine, session);
  const seen = await Promise.all(
    viewers.map((viewer) => viewer.ask<Seen>('finish', { session, bytes: BURST_BYTES })),
  );
  const growthMb = memory.stop();
  const [ofFast, ofSlow] = seen;
  return {
    fastMs: (ofFast?.doneAt ?? Number.NaN) - beganAt,
    slowMs: ofSlow ? ofSlow.doneAt - beganAt : null,
    growthMb,
    resumed: ofSlow?.resumed ?? 0,
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

function watchMemory(pid: number): { stop(): number } {
  const before = residentMb(pid);
  const seen = { most: before };
  const timer = setInterval(() => (seen.most = Math.max(seen.most, residentMb(pid))), SAMPLE_MS);
  return {
    stop() {
      clearInterval(timer);
      return seen.most - before;
    },
  };
}

function report({ alone, together }: { alone: readonly Burst[]; together: readonly Burst[] }): boolean {
  const fastAlone = median(alone.map(({ fastMs }) => fastMs));
  const fastBeside = median(together.map(({ fastMs }) => fastMs));
  const ratio = fastBeside / fastAlone;
  const growth = Math.max(...together.map(({ growthMb }) => growthMb));
  const growthAlone = Math.max(...alone.map(({ growthMb }) => growthMb));
  const bursts = [...alone, ...together];
  const whole = bursts.filter(({ isWhole }) => isWhole).length;
  const mb = (value: number) => `${value.toFixed(1)} MB`;
  return publish({
    name: 'slow-viewer',
    title: 'A burst of 10 MB with a slow viewer',
    method: `One relay process; a machine tells ${BURST_BYTES / 1e6} MB of text in events of ${PIECE_BYTES / 1_000} kB, as fast as its link takes them. A fast viewer, and in every other round a slow one too, whose network passes ${SLOW_BYTES_PER_SECOND / 1e6} MB a second; both are the real client, a process each. The relay holds ${WINDOW_MB} MB for a reader (its default) and then drops the session for it, which comes back from its cursor. ${ROUNDS} rounds of each, in turn; memory is sampled each ${SAMPLE_MS} ms until the last viewer has all. Load average at the end ${loadavg()[0]?.toFixed(1)}.`,
    figures: [
      { name: 'fast viewer alone, until it has all, median', value: `${fastAlone.toFixed(0)} ms` },
      { name: 'fast viewer beside the slow one, median', value: `${fastBeside.toFixed(0)} ms` },
      { name: 'ratio', value: ratio.toFixed(2), goal: `≤ ${GOAL.ratio}`, met: ratio <= GOAL.ratio },
      {
        name: 'slow viewer, until it has all, median',
        value: `${(median(together.map(({ slowMs }) => slowMs ?? Number.NaN)) / 1_000).toFixed(1)} s`,
      },
      {
        name: 'times the slow viewer came back from its cursor, most',
        value: `${Math.max(...together.map(({ resumed }) => resumed))}`,
      },
      {
        name: 'bursts that every viewer has byte for byte',
        value: `${whole} of ${bursts.length}`,
        goal: `${bursts.length}`,
        met: whole === bursts.length,
      },
      { name: 'growth of the relay’s memory, fast viewer alone, most', value: mb(growthAlone) },
      { name: 'growth with the slow viewer, most', value: mb(growth) },
      {
        name: 'what the slow viewer adds to it',
        value: mb(growth - growthAlone),
        goal: `≤ ${mb(GOAL.growthMb)} (two windows)`,
        met: growth - growthAlone <= GOAL.growthMb,
      },
    ],
  });
}
