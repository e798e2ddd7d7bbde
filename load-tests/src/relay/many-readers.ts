/** One machine whose session many people follow at once, over several pods: how late each reader is. */
import { randomUUID } from 'node:crypto';
import { loadavg } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { numberArgument } from '../support/arguments.ts';
import { publish } from '../support/report.ts';
import { sharedNow } from '../support/shared-clock.ts';
import { median } from '../support/statistics.ts';
import { waitFor } from '../support/wait.ts';
import { startWorker, type Worker } from '../support/worker.ts';
import { startRelayFleet, type Fleet } from './cross-pod-fleet.ts';
import { startFakeGateway, type FakeGateway } from './fake-gateway.ts';
import type { ReaderRecord, ReadersOrder, Schedule } from './readers-worker.ts';
import { eventOf } from './scripted-event.ts';
import { startSessionMachine } from './session-machine.ts';

const PODS = 4;
const READERS = 500;
const WORKERS = 2;
const EVENTS_PER_SECOND = 100;
const EVENT_BYTES = 300;
const SECONDS = 30;
const WARM_UP_MS = 2_000;
/** As issue 3 asks. */
const MOST_BEHIND_MS = 250;
const MACHINE = 'machine';

export async function measure(): Promise<boolean> {
  const seconds = numberArgument('seconds', SECONDS);
  const gateway = await startFakeGateway();
  const fleet = await startRelayFleet(PODS, gateway);
  const workers: Worker[] = [];
  const session = randomUUID();
  const machine = startSessionMachine({
    token: gateway.machineToken(MACHINE),
    relayUrl: () => fleet.pods[0]?.url ?? '',
    isHealthy: () => Promise.resolve(true),
    random: Math.random,
    sessions: [session],
  });
  try {
    await machine.ready;
    for (let index = 0; index < WORKERS; index++) {
      workers.push(await startWorker(`readers ${index}`, 'load-tests/src/relay/readers-worker.ts'));
    }
    await Promise.all(
      workers.map((worker, index) => worker.ask('open', orderOf(index, session, fleet, gateway))),
    );
    await waitFor('the machine to know all readers', 30_000, () => machine.readers === READERS);
    await sleep(WARM_UP_MS);
    const cpuBefore = fleet.cpuMs();
    const schedule = await tellSteadily(seconds, () => machine.tell(session, eventOf(EVENT_BYTES)));
    const answers = workers.map((worker) =>
      worker.ask<ReaderRecord[]>('finish', { schedule, limitMs: 30_000 }),
    );
    const records = (await Promise.all(answers)).flat();
    return report(records, { count: schedule.count, seconds, cpuMs: fleet.cpuMs() - cpuBefore });
  } finally {
    machine.close();
    await Promise.all(workers.map((worker) => worker.stop('SIGKILL')));
    await fleet.stop();
    await gateway.close();
  }
}

/** The readers of one worker, spread evenly over the pods. */
function orderOf(worker: number, session: string, { pods }: Fleet, gateway: FakeGateway): ReadersOrder {
  const readers = Array.from({ length: READERS / WORKERS }, (_, index) => ({
    relayUrl: pods[(index + worker) % pods.length]?.url ?? '',
    ticket: gateway.ticket(MACHINE),
  }));
  return { machineId: MACHINE, session, readers };
}

/** Tells events at an even pace. Resolves with when they were due. */
async function tellSteadily(seconds: number, tell: () => void): Promise<Schedule> {
  const everyMs = 1_000 / EVENTS_PER_SECOND;
  const schedule = { began: sharedNow(), everyMs, count: Math.round(seconds * EVENTS_PER_SECOND) };
  for (let sent = 0; sent < schedule.count;) {
    const due = Math.min(schedule.count, Math.floor((sharedNow() - schedule.began) / everyMs) + 1);
    for (; sent < due; sent++) tell();
    await sleep(1);
  }
  return schedule;
}

interface Run {
  /** Events told. */
  readonly count: number;
  readonly seconds: number;
  /** Of all pods and Redis. */
  readonly cpuMs: number;
}

function report(records: readonly ReaderRecord[], { count, seconds, cpuMs }: Run): boolean {
  const worst = Math.max(...records.map(({ p99 }) => p99));
  const wrong = records.filter(({ events, misplaced }) => events !== count || misplaced > 0).length;
  const ms = (value: number) => `${value.toFixed(1)} ms`;
  return publish({
    name: 'many-readers',
    title: 'One machine, many readers',
    method: `One machine on one of ${PODS} relay processes with a real Redis; ${READERS} readers, spread evenly over all four, follow one of its sessions over the real client's socket, from ${WORKERS} processes of their own. ${EVENTS_PER_SECOND} events of ${EVENT_BYTES} bytes a second for ${seconds} s. A reader is behind by the time from the moment an event was due at the machine to the moment the socket handed it over. Relays, Redis, machine and readers share two cores. Load average at the end ${loadavg()[0]?.toFixed(1)}.`,
    figures: [
      {
        name: 'behind at p99, worst reader',
        value: ms(worst),
        goal: `≤ ${MOST_BEHIND_MS} ms`,
        met: worst <= MOST_BEHIND_MS,
      },
      { name: 'behind at p99, median reader', value: ms(median(records.map(({ p99 }) => p99))) },
      { name: 'behind at p50, median reader', value: ms(median(records.map(({ p50 }) => p50))) },
      { name: 'slowest delivery', value: ms(Math.max(...records.map(({ slowest }) => slowest))) },
      {
        name: `readers that did not get all ${count} events once and in order`,
        value: `${wrong} of ${records.length}`,
        goal: '0',
        met: wrong === 0,
      },
      {
        name: 'CPU of relays and Redis per delivery',
        value: `${((cpuMs * 1_000) / (count * records.length)).toFixed(1)} µs`,
      },
      { name: 'the same, share of one core', value: `${((cpuMs / (seconds * 1_000)) * 100).toFixed(0)} %` },
    ],
  });
}
