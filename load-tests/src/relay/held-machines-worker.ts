/** Idle machines as a process of their own, each kept connected as the daemon keeps itself. */
import { Agent, get } from 'node:http';
import { HEALTH_TIMEOUT_MS } from '@spectral/proto/wire';
import { serveOrders } from '../support/worker.ts';
import { waitFor } from '../support/wait.ts';
import { HeldLedger, type HeldRecord } from './held-ledger.ts';
import { keepMachine, type KeptMachine } from './kept-machine.ts';

export interface HeldMachinesOrder {
  readonly relayUrl: string;
  readonly healthUrl: string;
  readonly tokens: readonly string[];
}

/** Not the browsers': those that were cut occupy their ports for a minute more, and one address has 28,000. */
const LOCAL_ADDRESS = '127.0.0.2';

const ledger = new HeldLedger(() => performance.now());
const machines: KeptMachine[] = [];
const agent = new Agent({ keepAlive: true, maxSockets: 32 });

serveOrders({
  /** Connects more, and resolves when they are up. */
  async open({ relayUrl, healthUrl, tokens }: HeldMachinesOrder) {
    for (const token of tokens) {
      const id = machines.length;
      machines.push(
        keepMachine({
          token,
          localAddress: LOCAL_ADDRESS,
          relayUrl: () => relayUrl,
          async isHealthy() {
            const healthy = await isHealthy(healthUrl);
            if (!healthy) ledger.refused('health not answered');
            return healthy;
          },
          random: Math.random,
          onUp: () => ledger.cameUp(id),
          onControl: (_wire, { kind }) => void (kind === 'ping' && ledger.heard(id)),
          onData() {},
          onEnd: (_wire, why, wasUp) => (wasUp ? ledger.ended(id) : ledger.refused(why)),
        }),
      );
    }
    await waitFor('all machines to be up', 120_000, () => ledger.up === machines.length);
  },
  /** Breaks every connection at once. They come back by themselves. */
  cut() {
    ledger.cut();
    for (const machine of machines) machine.cut();
  },
  record: (): HeldRecord => ledger.record(),
});

function isHealthy(url: string): Promise<boolean> {
  return new Promise((resolve) => {
    const request = get(url, { agent, timeout: HEALTH_TIMEOUT_MS }, (response) => {
      response.resume();
      resolve(response.statusCode === 200);
    });
    request.on('timeout', () => request.destroy());
    request.on('error', () => resolve(false));
  });
}
