/** Machines as a process of their own, which tell events at an even pace and answer requests, wherever they move. */
import { randomUUID } from 'node:crypto';
import { sharedNow } from '../support/shared-clock.ts';
import { serveOrders } from '../support/worker.ts';
import { eventOf } from './scripted-event.ts';
import { startSessionMachine, type SessionMachine } from './session-machine.ts';

export interface RollingMachinesOrder {
  readonly relayUrl: string;
  readonly tokens: readonly string[];
  readonly answerAfterMs: number;
}

/** What became of one socket's end: when it connected, on the shared clock, and the attempts that came to nothing. */
export interface ConnectRecord {
  readonly connectedAt: number[];
  readonly refusals: string[];
}

interface Machine {
  readonly session: string;
  readonly ends: SessionMachine;
  readonly record: ConnectRecord;
  told: number;
}

const machines: Machine[] = [];
const EVENT_BYTES = 300;

serveOrders({
  /** Resolves with the session of each, when all are up. */
  async open(order: RollingMachinesOrder): Promise<string[]> {
    for (const token of order.tokens) machines.push(startMachine(token, order));
    await Promise.all(machines.map(({ ends }) => ends.ready));
    return machines.map(({ session }) => session);
  },
  tell({ everyMs }: { everyMs: number }) {
    telling.timer = setInterval(() => tellDue(everyMs), 10);
    telling.began = sharedNow();
  },
  /** Tells nothing more; resolves with how many events each told. */
  quiet(): number[] {
    clearInterval(telling.timer);
    return machines.map(({ told }) => told);
  },
  record: (): ConnectRecord[] => machines.map(({ record }) => record),
});

const telling: { timer: NodeJS.Timeout | undefined; began: number } = { timer: undefined, began: 0 };

/** Machine after machine, so that their events are spread over the period. */
function tellDue(everyMs: number): void {
  for (const [index, machine] of machines.entries()) {
    const firstAt = telling.began + (index * everyMs) / machines.length;
    for (;;) {
      const dueAt = firstAt + machine.told * everyMs;
      if (dueAt > sharedNow()) break;
      machine.told += 1;
      machine.ends.tell(machine.session, eventOf(EVENT_BYTES), dueAt);
    }
  }
}

function startMachine(token: string, { relayUrl, answerAfterMs }: RollingMachinesOrder): Machine {
  const session = randomUUID();
  const record: ConnectRecord = { connectedAt: [], refusals: [] };
  const ends = startSessionMachine({
    token,
    relayUrl: () => relayUrl,
    isHealthy: () => Promise.resolve(true),
    random: Math.random,
    sessions: [session],
    answerAfterMs,
    onUp: () => void record.connectedAt.push(sharedNow()),
    onEnd: (why, wasUp) => void (wasUp || record.refusals.push(why)),
  });
  return { session, ends, record, told: 0 };
}
