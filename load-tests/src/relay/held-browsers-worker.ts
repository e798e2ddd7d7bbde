/** Idle browsers as a process of their own: the real client, each connected to a machine of its own. */
import {
  connectMachine,
  connectSocketIo,
  type ConnectSocket,
  type LinkEvents,
  type LinkSocket,
  type MachineClient,
} from '@spectral/proto/client';
import { serveOrders } from '../support/worker.ts';
import { waitFor } from '../support/wait.ts';
import { HeldLedger, type HeldRecord } from './held-ledger.ts';

export interface HeldBrowsersOrder {
  readonly relayUrl: string;
  readonly browsers: readonly { readonly machineId: string; readonly ticket: string }[];
}

const ledger = new HeldLedger(() => performance.now());
const browsers: MachineClient[] = [];
/** How to break each open socket. */
const cuts = new Map<LinkSocket, () => void>();

serveOrders({
  /** Connects more, and resolves when they are up. */
  async open({ relayUrl, browsers: order }: HeldBrowsersOrder) {
    for (const { machineId, ticket } of order) {
      const id = browsers.length;
      const getTicket = () => Promise.resolve({ ticket, relayUrl });
      browsers.push(connectMachine({ machineId, getTicket, connect: connectFor(id) }));
    }
    await waitFor('all browsers to be up', 120_000, () => ledger.up === browsers.length);
  },
  /** Breaks every connection at once. They come back by themselves. */
  cut() {
    ledger.cut();
    for (const breakIt of cuts.values()) breakIt();
  },
  record: (): HeldRecord => ledger.record(),
});

/** The real client's socket, watched, and with a way to break it. */
function connectFor(id: number): ConnectSocket {
  return (address, events) => {
    const state = { isWelcome: false };
    const end: LinkEvents['onEnd'] = (why) => {
      cuts.delete(socket);
      if (state.isWelcome) ledger.ended(id);
      else ledger.refused(why.message);
      events.onEnd(why);
    };
    const socket = connectSocketIo(address, {
      ...events,
      onControl(text) {
        if (!state.isWelcome) ledger.cameUp(id);
        state.isWelcome = true;
        events.onControl(text);
      },
      onHeard() {
        ledger.heard(id);
        events.onHeard();
      },
      onEnd: end,
    });
    cuts.set(socket, () => {
      socket.close();
      end({ code: null, message: 'cut' });
    });
    return socket;
  };
}
