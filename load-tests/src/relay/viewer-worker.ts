/** A viewer of a machine's sessions as a process of its own, over a network as fast or slow as asked for. */
import { createHash } from 'node:crypto';
import { connectMachine, type MachineClient } from '@spectral/proto/client';
import { startFaultProxy } from '../checker/fault-proxy.ts';
import { sharedNow } from '../support/shared-clock.ts';
import { waitFor } from '../support/wait.ts';
import { serveOrders } from '../support/worker.ts';

export interface ViewerOrder {
  readonly relayUrl: string;
  readonly machineId: string;
  readonly ticket: string;
  /** Null for a network without a limit. */
  readonly bytesPerSecond: number | null;
}

/** What a viewer saw of a session. */
export interface Seen {
  /** On the shared clock. */
  readonly doneAt: number;
  readonly bytes: number;
  readonly sha256: string;
  /** How often it had to come back from its cursor. */
  readonly resumed: number;
}

interface View {
  readonly hash: ReturnType<typeof createHash>;
  bytes: number;
  openings: number;
  lastAt: number;
}

const viewer: { client: MachineClient | null } = { client: null };
const views = new Map<string, View>();

serveOrders({
  async connect({ relayUrl, machineId, ticket, bytesPerSecond }: ViewerOrder) {
    const url = bytesPerSecond === null ? relayUrl : await slowDown(relayUrl, bytesPerSecond);
    const client = connectMachine({ machineId, getTicket: () => Promise.resolve({ ticket, relayUrl: url }) });
    viewer.client = client;
    await waitFor('the viewer to be live', 10_000, () => client.state.kind === 'live');
  },
  async open(session: string) {
    const view: View = { hash: createHash('sha256'), bytes: 0, openings: 0, lastAt: 0 };
    views.set(session, view);
    viewer.client?.openSession(session, {
      onReady: () => void (view.openings += 1),
      onEvents(events) {
        for (const event of events) {
          if (event.type !== 'text_delta') continue;
          view.hash.update(event.delta);
          view.bytes += event.delta.length;
        }
        view.lastAt = sharedNow();
      },
    });
    await waitFor('the session to be open', 10_000, () => view.openings > 0);
  },
  /** Resolves when this many bytes of a session have come. */
  async finish({ session, bytes }: { session: string; bytes: number }): Promise<Seen> {
    const view = views.get(session);
    if (!view) throw new Error(`${session} is not open`);
    await waitFor(`${bytes} bytes`, 100_000, () => view.bytes >= bytes, 5);
    return {
      doneAt: view.lastAt,
      bytes: view.bytes,
      sha256: view.hash.digest('hex'),
      resumed: view.openings - 1,
    };
  },
});

async function slowDown(relayUrl: string, bytesPerSecond: number): Promise<string> {
  const proxy = await startFaultProxy(() => [Number(new URL(relayUrl).port)]);
  proxy.setWeather({ bytesPerSecond });
  return `http://${proxy.host}`;
}
