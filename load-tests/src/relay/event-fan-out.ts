/** What an event costs on its way from a machine on one pod to a reader on another, beside the baseline. */
import { randomUUID } from 'node:crypto';
import { loadavg } from 'node:os';
import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises';
import { openBaselineWay } from '../../baselines/socketio-ends.ts';
import { publish, type Figure } from '../support/report.ts';
import { median } from '../support/statistics.ts';
import { waitFor } from '../support/wait.ts';
import { startBaselineFleet, startRelayFleet, type Fleet } from './cross-pod-fleet.ts';
import { openRelayWay, type EventWay } from './event-fan-out-way.ts';
import { BURST_SESSIONS, DELTAS_PER_SECOND, streamDeltas } from './event-fan-out-stream.ts';
import { startFakeGateway, type FakeGateway } from './fake-gateway.ts';

const ROUNDS = 5;
const FEW_PODS = 2;
const MANY_PODS = 8;
const EVENT_BYTES = 300;
const OUTSTANDING = 128;
const BUSY_EVENTS = 30_000;
const PACED_EVENTS = 2_000;
const PACED_PER_SECOND = 1_000;
const STREAM_SECONDS = 4;
const IDLE_MS = 2_000;

/** Microseconds of CPU per event, round for round. */
interface Costs {
  readonly busy: number[];
  readonly paced: number[];
  readonly streamed: number[];
  /** Milliseconds of CPU per second in which nothing is sent. */
  readonly idle: number[];
}

interface Contender {
  readonly fleet: Fleet;
  readonly way: EventWay;
  /** Whether its machine gathers what streams. */
  readonly gathers: boolean;
  readonly costs: Costs;
}

export async function measure(): Promise<boolean> {
  const gateway = await startFakeGateway();
  const fleets: Fleet[] = [];
  const ways: EventWay[] = [];
  const sessions = Array.from({ length: BURST_SESSIONS }, () => randomUUID());
  const enter = async (fleet: Fleet, gathers: boolean): Promise<Contender> => {
    fleets.push(fleet);
    const way = await openWay(fleet, gathers ? gateway : null, sessions);
    ways.push(way);
    return { fleet, way, gathers, costs: { busy: [], paced: [], streamed: [], idle: [] } };
  };
  try {
    const ours = await enter(await startRelayFleet(FEW_PODS, gateway), true);
    const theirs = await enter(await startBaselineFleet(FEW_PODS), false);
    const oursOnMany = await enter(await startRelayFleet(MANY_PODS, gateway), true);
    const theirsOnMany = await enter(await startBaselineFleet(MANY_PODS), false);
    const all = [ours, theirs, oursOnMany, theirsOnMany];
    for (const { way } of all) await sendBusily(way, sessions, BUSY_EVENTS);
    for (let round = 0; round < ROUNDS; round++) {
      for (const contender of all) await runRound(contender, sessions, round);
    }
    return report({ ours, theirs, oursOnMany, theirsOnMany });
  } finally {
    for (const way of ways) way.close();
    await Promise.all(fleets.map((fleet) => fleet.stop()));
    await gateway.close();
  }
}

/** The machine on the first pod, the reader on the second. Without a gateway it is the baseline's. */
function openWay({ pods }: Fleet, gateway: FakeGateway | null, sessions: readonly string[]) {
  const [first, second] = pods.map(({ url }) => url);
  if (first === undefined || second === undefined) throw new Error('a fleet has at least two pods');
  return gateway ? openRelayWay(gateway, first, second, sessions) : openBaselineWay(first, second, sessions);
}

async function runRound(contender: Contender, sessions: readonly string[], round: number): Promise<void> {
  const { fleet, way, gathers, costs } = contender;
  const idle = (await cpuDuring(fleet, () => sleep(IDLE_MS))) / (IDLE_MS / 1_000);
  const cost = async (send: () => Promise<number>) => {
    const began = performance.now();
    const sent = { events: 0 };
    const cpu = await cpuDuring(fleet, async () => {
      sent.events = await send();
    });
    const background = (idle * (performance.now() - began)) / 1_000;
    return ((cpu - background) * 1_000) / sent.events;
  };
  costs.idle.push(idle);
  costs.busy.push(await cost(() => sendBusily(way, sessions, BUSY_EVENTS)));
  costs.paced.push(await cost(() => sendPaced(way, sessions, PACED_EVENTS)));
  costs.streamed.push(
    await cost(() => streamDeltas(way, { sessions, gathers, seconds: STREAM_SECONDS, seed: round })),
  );
}

async function cpuDuring(fleet: Fleet, work: () => Promise<void>): Promise<number> {
  const before = fleet.cpuMs();
  await work();
  return fleet.cpuMs() - before;
}

/** Keeps OUTSTANDING events of one session on their way; resolves with their number when all have arrived. */
async function sendBusily(way: EventWay, [session = '']: readonly string[], count: number): Promise<number> {
  const start = way.delivered();
  const deadline = performance.now() + 30_000;
  for (let sent = 0; way.delivered() < start + count;) {
    for (; sent < count && sent - (way.delivered() - start) < OUTSTANDING; sent++)
      way.send(session, eventOf(sent));
    await nextTurn();
    if (performance.now() > deadline)
      throw new Error(`${way.delivered() - start} of ${count} events arrived`);
  }
  return count;
}

/** One event at a time on one session, evenly paced; resolves with their number when the reader has them all. */
async function sendPaced(way: EventWay, [session = '']: readonly string[], count: number): Promise<number> {
  const goal = way.delivered() + count;
  const began = performance.now();
  for (let sent = 0; sent < count;) {
    const due = Math.min(count, Math.ceil(((performance.now() - began) * PACED_PER_SECOND) / 1_000));
    for (; sent < due; sent++) way.send(session, eventOf(sent));
    await sleep(1);
  }
  await waitFor(`${count} events to arrive`, 30_000, () => way.delivered() === goal, 5);
  return count;
}

/** An event that is EVENT_BYTES long as JSON. */
function eventOf(seq: number): object {
  const bare = { type: 'text_delta', messageId: 'message', seq, at: Date.now(), delta: '' };
  return { ...bare, delta: 'x'.repeat(EVENT_BYTES - JSON.stringify(bare).length) };
}

type Field = Record<'ours' | 'theirs' | 'oursOnMany' | 'theirsOnMany', Contender>;

function report(field: Field): boolean {
  return publish({
    name: 'event-fan-out',
    title: 'An event across pods',
    method: `A machine on one pod, its reader on another, each fleet with a real Redis of its own; CPU of all relay processes and Redis per event delivered, less what they use when nothing is sent (the last lines). One session: events of ${EVENT_BYTES} bytes of JSON, ${BUSY_EVENTS} a round with ${OUTSTANDING} on their way, and ${PACED_EVENTS} a round at ${PACED_PER_SECOND} a second. Streamed: ${BURST_SESSIONS} sessions with ${DELTAS_PER_SECOND} deltas a second each at random moments, ${STREAM_SECONDS} s a round; our machine gathers them as the daemon does, the baseline tells each. Baseline: Socket.IO on both sides, rooms, \`@socket.io/redis-adapter\` (load-tests/baselines). Medians of ${ROUNDS} rounds, taking turns, all fleets up. Load average at the end ${loadavg()[0]?.toFixed(1)}.`,
    figures: [
      ...comparison(field, 'busy', `one session, ${OUTSTANDING} on their way`, {
        few: 0.5,
        many: 0.2,
        flat: 1.1,
      }),
      ...comparison(field, 'paced', `one session, ${PACED_PER_SECOND} a second`),
      ...comparison(field, 'streamed', 'streamed, per delta', { few: 0.15, many: 0.15, flat: 1.1 }),
      ...idleFigures(field),
    ],
  });
}

interface Bounds {
  /** Most of the baseline's cost, with few pods and with many. */
  readonly few: number;
  readonly many: number;
  /** Most of one's own cost with few pods, with many. */
  readonly flat: number;
}

function comparison(
  { ours, theirs, oursOnMany, theirsOnMany }: Field,
  what: keyof Costs,
  title: string,
  bounds?: Bounds,
): Figure[] {
  const cost = ({ costs }: Contender) => median(costs[what]);
  const micros = (name: string, contender: Contender): Figure => ({
    name: `${title}: ${name}`,
    value: `${cost(contender).toFixed(1)} µs`,
  });
  const ratio = (name: string, value: number, bound?: number): Figure => ({
    name: `${title}: ${name}`,
    value: value.toFixed(2),
    ...(bound === undefined ? {} : { goal: `≤ ${bound}`, met: value <= bound }),
  });
  return [
    micros(`${FEW_PODS} pods`, ours),
    micros(`${FEW_PODS} pods, baseline`, theirs),
    ratio(`${FEW_PODS} pods, share of the baseline`, cost(ours) / cost(theirs), bounds?.few),
    micros(`${MANY_PODS} pods`, oursOnMany),
    micros(`${MANY_PODS} pods, baseline`, theirsOnMany),
    ratio(`${MANY_PODS} pods, share of the baseline`, cost(oursOnMany) / cost(theirsOnMany), bounds?.many),
    ratio(`${MANY_PODS} pods, share of ${FEW_PODS} pods`, cost(oursOnMany) / cost(ours), bounds?.flat),
  ];
}

function idleFigures({ ours, theirs, oursOnMany, theirsOnMany }: Field): Figure[] {
  const idle = (name: string, { costs }: Contender): Figure => ({
    name: `nothing sent: ${name}`,
    value: `${median(costs.idle).toFixed(0)} ms/s`,
  });
  return [
    idle(`${FEW_PODS} pods`, ours),
    idle(`${FEW_PODS} pods, baseline`, theirs),
    idle(`${MANY_PODS} pods`, oursOnMany),
    idle(`${MANY_PODS} pods, baseline`, theirsOnMany),
  ];
}
