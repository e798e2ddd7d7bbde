/** What a fleet costs the Redis between its relays: per machine and reader, idle and when they come, and per message. */
import { loadavg } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { askRedis } from '../checker/ask-redis.ts';
import { publish, type Figure } from '../support/report.ts';
import { startRelayFleet, type Fleet } from './cross-pod-fleet.ts';
import { startFakeGateway, type FakeGateway } from './fake-gateway.ts';
import { connectBrowserEnd, connectMachineEnd, type BrowserEnd } from './scripted-ends.ts';

const MACHINES = 3_000;
const AT_ONCE = 40;
/** Several of each period of a relay, the longest of which is 5 s. */
const IDLE_SECONDS = 15;
const CALLS = 20_000;
const OUTSTANDING = 128;

/** Machines on one pod, and the only reader of each on the other: nothing is saved by affinity. */
export async function measure(): Promise<boolean> {
  const gateway = await startFakeGateway();
  const fleet = await startRelayFleet(2, gateway, {
    SPECTRAL_MACHINES_PER_TEAM: '100000',
    SPECTRAL_BROWSERS_PER_TEAM: '100000',
  });
  const ends: { close(): void }[] = [];
  try {
    const nobody = await watched(fleet, idle);
    const machinesCome = await watched(fleet, async () =>
      ends.push(...(await connectAll((id) => connectMachine(fleet, gateway, id)))),
    );
    const machines = await watched(fleet, idle);
    const readers: BrowserEnd[] = [];
    const readersCome = await watched(fleet, async () =>
      readers.push(...(await connectAll((id) => connectReader(fleet, gateway, id)))),
    );
    ends.push(...readers);
    const both = await watched(fleet, idle);
    const calls = await watched(fleet, () => call(readers));
    return report({ nobody, machinesCome, machines, readersCome, both, calls });
  } finally {
    for (const end of ends) end.close();
    await fleet.stop();
    await gateway.close();
  }
}

/** What Redis did in a stretch of time. */
interface Stretch {
  readonly seconds: number;
  readonly commands: number;
  readonly publishes: number;
  readonly cpuMs: number;
  readonly bytesOut: number;
  /** How much more it holds at the end. */
  readonly memoryBytes: number;
  /** Connections at the end. */
  readonly clients: number;
}

const idle = () => sleep(IDLE_SECONDS * 1_000);

async function watched({ redisPort }: Fleet, work: () => Promise<unknown>): Promise<Stretch> {
  const began = performance.now();
  const before = await figuresOf(redisPort);
  await work();
  const after = await figuresOf(redisPort);
  const more = (name: string) => (after.get(name) ?? 0) - (before.get(name) ?? 0);
  return {
    seconds: (performance.now() - began) / 1_000,
    commands: more('total_commands_processed'),
    publishes: more('publishes'),
    cpuMs: (more('used_cpu_user') + more('used_cpu_sys')) * 1_000,
    bytesOut: more('total_net_output_bytes'),
    memoryBytes: more('used_memory'),
    clients: after.get('connected_clients') ?? 0,
  };
}

async function figuresOf(port: number): Promise<Map<string, number>> {
  const lines = await askRedis(port, ['INFO', 'everything']);
  const figures = new Map(
    lines.map((line) => line.split(':', 2)).map(([name = '', value]) => [name, Number(value)]),
  );
  const published = lines.find((line) => line.startsWith('cmdstat_publish:')) ?? '';
  return figures.set('publishes', Number(/calls=(\d+)/.exec(published)?.[1] ?? 0));
}

async function connectAll<End>(connect: (id: string) => Promise<End>): Promise<End[]> {
  const ends: End[] = [];
  while (ends.length < MACHINES) {
    const numbers = Array.from(
      { length: Math.min(AT_ONCE, MACHINES - ends.length) },
      (_, i) => ends.length + i,
    );
    ends.push(...(await Promise.all(numbers.map((number) => connect(`machine-${number}`)))));
  }
  return ends;
}

function connectMachine(
  { pods: [pod] }: Fleet,
  gateway: FakeGateway,
  id: string,
): Promise<{ close(): void }> {
  return connectMachineEnd(pod?.url ?? '', gateway.machineToken(id), new Uint8Array(1_024));
}

function connectReader({ pods: [, pod] }: Fleet, gateway: FakeGateway, id: string): Promise<BrowserEnd> {
  return connectBrowserEnd(pod?.url ?? '', id, gateway.ticket(id));
}

async function call(readers: readonly BrowserEnd[]): Promise<void> {
  const callers = Array.from({ length: OUTSTANDING }, async (_, caller) => {
    for (let turn = 0; turn < CALLS / OUTSTANDING; turn++) {
      await readers[(turn * OUTSTANDING + caller) % readers.length]?.ask(new Uint8Array(256));
    }
  });
  await Promise.all(callers);
}

type Stretches = Record<'nobody' | 'machinesCome' | 'machines' | 'readersCome' | 'both' | 'calls', Stretch>;

function report({ nobody, machinesCome, machines, readersCome, both, calls }: Stretches): boolean {
  const each = (stretch: Stretch) => (stretch.commands / MACHINES).toFixed(1);
  const load = loadavg()[0]?.toFixed(1);
  return publish({
    name: 'redis-load',
    title: 'What a fleet costs Redis',
    method: `Two relay processes and a real Redis. ${MACHINES} machines connect to one, then a browser for each to the other; ${IDLE_SECONDS} s of quiet before, between and after; then ${CALLS} requests across, ${OUTSTANDING} at a time. Figures are Redis' own (INFO); commands inside of scripts count. Load average at the end ${load}.`,
    figures: [
      { name: 'connections per relay', value: String((both.clients - 1) / 2) },
      { name: 'a machine comes: commands', value: each(machinesCome) },
      { name: 'a machine comes: CPU', value: micros(machinesCome.cpuMs / MACHINES) },
      { name: 'a machine: memory', value: `${Math.round(machinesCome.memoryBytes / MACHINES)} bytes` },
      { name: 'a reader comes: commands', value: each(readersCome) },
      { name: 'a reader comes: CPU', value: micros(readersCome.cpuMs / MACHINES) },
      ...quiet('two relays, nobody connected', nobody),
      ...quiet(`${MACHINES} machines`, machines),
      ...quiet(`${MACHINES} machines, and a reader of each elsewhere`, both),
      { name: 'a request across: publishes', value: (calls.publishes / CALLS).toFixed(2) },
      { name: 'a request across: CPU', value: micros(calls.cpuMs / CALLS) },
      { name: 'a publish: CPU', value: micros(calls.cpuMs / calls.publishes) },
    ],
  });
}

function quiet(who: string, { seconds, commands, cpuMs, bytesOut }: Stretch): Figure[] {
  return [
    { name: `${who}: commands`, value: `${(commands / seconds).toFixed(1)} /s` },
    { name: `${who}: CPU`, value: `${(cpuMs / seconds).toFixed(2)} ms/s` },
    { name: `${who}: bytes out`, value: `${(bytesOut / seconds / 1_024).toFixed(1)} KiB/s` },
  ];
}

function micros(ms: number): string {
  return `${(ms * 1_000).toFixed(0)} µs`;
}
