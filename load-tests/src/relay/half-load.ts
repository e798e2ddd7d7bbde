/** What two pods and Redis add to an event's way when they have half of the work they can do, beside a direct socket. */
import { randomUUID } from 'node:crypto';
import { loadavg } from 'node:os';
import { publish, type Figure } from '../support/report.ts';
import { median } from '../support/statistics.ts';
import { startWorker, type Worker } from '../support/worker.ts';
import { startRelayFleet, type Fleet } from './cross-pod-fleet.ts';
import { startFakeGateway, type FakeGateway } from './fake-gateway.ts';
import type { Received } from './half-load-receiver.ts';
import type { Load, Sent } from './half-load-sender.ts';

const ROUNDS = 5;
const SECONDS = 4;
const MACHINES = 8;
const EVENT_BYTES = 300;
/** The search for the most: from here, growing by this factor; the last step is then divided more finely. */
const SLOWEST_RATE = 4_000;
const GROWTH = 1.5;
const FINE_GROWTH = 1.15;
const SEARCH_SECONDS = 3;
/** Whatever else runs on the same cores disturbs single attempts. */
const SEARCH_ATTEMPTS = 3;
/** A rate is sustained when all but one event in a hundred come this soon after they were due: nothing piles up. */
const SUSTAINED_MS = 50;
/** As issue 3 asks. */
const GOAL = { p50: 2, p99: 15 };

interface Ends {
  readonly sender: Worker;
  readonly receiver: Worker;
}

export async function measure(): Promise<boolean> {
  const gateway = await startFakeGateway();
  const fleet = await startRelayFleet(2, gateway);
  const workers: Worker[] = [];
  const start = async (name: string) => {
    const worker = await startWorker(name, `load-tests/src/relay/half-load-${name}.ts`);
    workers.push(worker);
    return worker;
  };
  try {
    const ends = { sender: await start('sender'), receiver: await start('receiver') };
    await connect(ends, fleet, gateway);
    for (const way of ['direct', 'relay'] as const)
      await run(ends, { way, perSecond: SLOWEST_RATE / 2, seconds: 2 });
    const most = await mostSustained(ends);
    return report(most, await measureAt(most / 2, ends, fleet));
  } finally {
    await Promise.all(workers.map((worker) => worker.stop('SIGKILL')));
    await fleet.stop();
    await gateway.close();
  }
}

/** All machines on the first pod, the reader of each on the second. */
async function connect({ sender, receiver }: Ends, { pods }: Fleet, gateway: FakeGateway): Promise<void> {
  const [first, second] = pods.map(({ url }) => url);
  const ids = Array.from({ length: MACHINES }, (_, index) => `machine-${index}`);
  const sessions = ids.map(() => randomUUID());
  const directUrl = await receiver.ask<string>('listen');
  const machines = ids.map((id, index) => ({ token: gateway.machineToken(id), session: sessions[index] }));
  await sender.ask('connect', { relayUrl: first, directUrl, machines });
  const readers = ids.map((id, index) => ({
    machineId: id,
    ticket: gateway.ticket(id),
    session: sessions[index],
  }));
  await receiver.ask('open', { relayUrl: second, readers });
}

interface Run extends Received {
  readonly missing: number;
  readonly senderLateP99: number;
}

async function run(
  { sender, receiver }: Ends,
  load: Pick<Load, 'way' | 'perSecond' | 'seconds'>,
): Promise<Run> {
  await receiver.ask('forget');
  const order: Load = { ...load, seed: 1, eventBytes: EVENT_BYTES };
  const { count, lateP99 } = await sender.ask<Sent>('send', order);
  const received = await receiver.ask<Received>('collect', { count, limitMs: 5_000 });
  return { ...received, missing: count - received.count, senderLateP99: lateP99 };
}

/** Events a second that two pods carry for a while, with these ends on the same cores. */
async function mostSustained(ends: Ends): Promise<number> {
  const isSustained = async (perSecond: number) => {
    for (let attempt = 0; attempt < SEARCH_ATTEMPTS; attempt++) {
      const { p99, missing } = await run(ends, { way: 'relay', perSecond, seconds: SEARCH_SECONDS });
      if (missing === 0 && p99 < SUSTAINED_MS) return true;
    }
    return false;
  };
  let most = SLOWEST_RATE;
  for (const growth of [GROWTH, FINE_GROWTH]) {
    while (await isSustained(most * growth)) most *= growth;
  }
  return most;
}

interface Measured {
  readonly relay: Run[];
  readonly direct: Run[];
  /** Of both relays and Redis, as a share of one core, in each round. */
  readonly cpuShare: number[];
}

async function measureAt(perSecond: number, ends: Ends, fleet: Fleet): Promise<Measured> {
  const measured: Measured = { relay: [], direct: [], cpuShare: [] };
  for (let round = 0; round < ROUNDS; round++) {
    measured.direct.push(await run(ends, { way: 'direct', perSecond, seconds: SECONDS }));
    const before = fleet.cpuMs();
    measured.relay.push(await run(ends, { way: 'relay', perSecond, seconds: SECONDS }));
    measured.cpuShare.push((fleet.cpuMs() - before) / (SECONDS * 1_000));
  }
  return measured;
}

function report(most: number, { relay, direct, cpuShare }: Measured): boolean {
  const rate = (perSecond: number) => `${(perSecond / 1_000).toFixed(1)} thousand a second`;
  const missing = relay.reduce((sum, each) => sum + each.missing, 0);
  const total = relay.reduce((sum, each) => sum + each.count, 0);
  return publish({
    name: 'half-load',
    title: 'What two pods add at half of their load',
    method: `Two relay processes and a real Redis; ${MACHINES} machines on one, a reader of each on the other, machines and readers each in a process of their own, everything on the same two cores, which is what bounds the load. Events of ${EVENT_BYTES} bytes, due at random moments (exponential gaps) whatever became of those before; the time of an event runs from the moment it was due, so a sender that falls behind hides nothing. First the rate at which nothing piles up is looked for (p99 within ${SUSTAINED_MS} ms); then ${ROUNDS} rounds of ${SECONDS} s at half of it, each after a round of the same events over ${MACHINES} direct \`ws\` sockets between the same two processes. Medians of the rounds. Load average at the end ${loadavg()[0]?.toFixed(1)}.`,
    figures: [
      { name: 'most sustained', value: rate(most) },
      { name: 'measured at', value: rate(most / 2) },
      ...comparison('p50', relay, direct),
      ...comparison('p99', relay, direct),
      { name: 'through two pods, slowest event', value: ms(median(relay.map(({ slowest }) => slowest))) },
      {
        name: 'events missing',
        value: `${missing} of ${total}`,
        goal: '0',
        met: missing === 0,
      },
      {
        name: 'how late the machines themselves were, p99',
        value: ms(median(relay.map(({ senderLateP99 }) => senderLateP99))),
      },
      {
        name: 'CPU of relays and Redis, share of one core',
        value: `${(median(cpuShare) * 100).toFixed(0)} %`,
      },
    ],
  });
}

function comparison(what: 'p50' | 'p99', relay: readonly Run[], direct: readonly Run[]): Figure[] {
  const through = median(relay.map((each) => each[what]));
  const beside = median(direct.map((each) => each[what]));
  const added = through - beside;
  return [
    { name: `through two pods, ${what}`, value: ms(through) },
    { name: `direct socket, ${what}`, value: ms(beside) },
    { name: `added, ${what}`, value: ms(added), goal: `< ${GOAL[what]} ms`, met: added < GOAL[what] },
  ];
}

function ms(value: number): string {
  return `${value.toFixed(2)} ms`;
}
