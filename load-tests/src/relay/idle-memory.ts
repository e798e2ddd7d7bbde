/** What idle connections cost one relay process: the slope of its memory between 1,000 and 4,000 of them. */
import {
  RELAY_NODE_OPTIONS,
  RELAY_SEMI_SPACE_MB,
  collectedMb,
  collectingOptions,
} from '../support/collected-memory.ts';
import { publish } from '../support/report.ts';
import { median } from '../support/statistics.ts';
import { startProcess, type RunningProcess } from '../support/processes.ts';
import { startFakeGateway, type FakeGateway } from './fake-gateway.ts';
import { connectBrowserEnd, connectMachineEnd } from './scripted-ends.ts';

const FEW = 1_000;
const MANY = 4_000;
const ROUNDS = 5;
/** Opened side by side; more would only wait in the listen queue. */
const AT_ONCE = 40;
const SETTLE_MS = 1_000;
const MOST_ROUNDS = 25;
const QUIET_ROUNDS = 6;
/** As issue 3 asks, in MB per 1,000 connections. */
const GOALS = { machines: 4, browsers: 16 };

type Kind = keyof typeof GOALS;

/** Runs both kinds, each in a relay process of its own, and publishes the slopes. */
export async function measure(): Promise<boolean> {
  const gateway = await startFakeGateway();
  const found: Record<Kind, Slope> = {
    machines: await medianSlopeOf('machines', gateway),
    browsers: await medianSlopeOf('browsers', gateway),
  };
  await gateway.close();
  return publish({
    name: 'idle-memory',
    title: 'Memory of a relay process per idle connection',
    method: `One relay process with memory parts and a young generation of ${RELAY_SEMI_SPACE_MB} MB halves. Its resident memory, after forced collections that give back unused pages, until it shrinks no more, with ${FEW} and with ${MANY} idle connections of one kind, opened ${AT_ONCE} at a time; the slope is per 1,000; the round with the median slope of ${ROUNDS} rounds, each in a process of its own. Browsers are all connected to machines of their own that are offline.`,
    figures: (['machines', 'browsers'] as const).flatMap((kind) => {
      const { few, many, perThousand } = found[kind];
      return [
        { name: `${kind}: resident with ${FEW}`, value: mb(few) },
        { name: `${kind}: resident with ${MANY}`, value: mb(many) },
        {
          name: `${kind}: per 1,000`,
          value: mb(perThousand),
          goal: `≤ ${GOALS[kind]} MB`,
          met: perThousand <= GOALS[kind],
        },
      ];
    }),
  });
}

interface Slope {
  readonly few: number;
  readonly many: number;
  readonly perThousand: number;
}

/** The round with the median slope: pages that V8 keeps make single rounds differ by a factor of two. */
async function medianSlopeOf(kind: Kind, gateway: FakeGateway): Promise<Slope> {
  const rounds: Slope[] = [];
  for (let round = 0; round < ROUNDS; round++) rounds.push(await slopeOf(kind, gateway));
  const middle = median(rounds.map(({ perThousand }) => perThousand));
  return rounds.find(({ perThousand }) => perThousand === middle) ?? { few: 0, many: 0, perThousand: middle };
}

async function slopeOf(kind: Kind, gateway: FakeGateway): Promise<Slope> {
  const relay = await startRelay(gateway);
  const url = String(relay.ready['url']);
  const ends: { close(): void }[] = [];
  const openUpTo = async (count: number) => {
    while (ends.length < count) {
      const numbers = Array.from(
        { length: Math.min(AT_ONCE, count - ends.length) },
        (_, i) => ends.length + i,
      );
      ends.push(
        ...(await Promise.all(numbers.map((number) => open(kind, `machine-${number}`, url, gateway)))),
      );
    }
  };
  try {
    await openUpTo(FEW);
    const few = await settledMb(relay);
    await openUpTo(MANY);
    const many = await settledMb(relay);
    return { few, many, perThousand: ((many - few) * 1_000) / (MANY - FEW) };
  } finally {
    for (const end of ends) end.close();
    await relay.stop('SIGKILL');
  }
}

function open(kind: Kind, id: string, url: string, gateway: FakeGateway): Promise<{ close(): void }> {
  if (kind === 'machines') return connectMachineEnd(url, gateway.machineToken(id), new Uint8Array());
  return connectBrowserEnd(url, id, gateway.ticket(id));
}

/** Collects until the memory does not shrink any more: V8 hands pages back bit by bit. */
async function settledMb({ pid }: RunningProcess): Promise<number> {
  let [smallest, since] = [Number.POSITIVE_INFINITY, 0];
  for (let round = 0; round < MOST_ROUNDS && since < QUIET_ROUNDS; round++) {
    const now = await collectedMb(pid, SETTLE_MS);
    since = now < smallest - 0.5 ? 0 : since + 1;
    smallest = Math.min(smallest, now);
  }
  return smallest;
}

function startRelay(gateway: FakeGateway): Promise<RunningProcess> {
  return startProcess({
    name: 'relay',
    script: 'services/relay/src/main.ts',
    env: {
      NODE_OPTIONS: `${RELAY_NODE_OPTIONS} ${collectingOptions()}`,
      SPECTRAL_PORT: '0',
      SPECTRAL_GATEWAY_URL: gateway.url,
      SPECTRAL_SERVICE_SECRET: gateway.serviceSecret,
      SPECTRAL_LOG_LEVEL: 'warn',
    },
  });
}

function mb(value: number): string {
  return `${value.toFixed(1)} MB`;
}
