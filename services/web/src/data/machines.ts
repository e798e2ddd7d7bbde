// The machines of all the person's teams, asked again while somebody looks.
import type { GatewayClient } from '@spectral/proto/client';
import type { Machine } from '@spectral/proto/wire';
import { createStore, type Readable } from './store.ts';

const REFRESH_MS = 4_000;

export interface MachinesView {
  /** Null until they came once; afterwards the newest known, whatever fails. */
  readonly machines: readonly Machine[] | null;
  /** Why the newest question got no answer, or null. */
  readonly failure: unknown;
}

export interface Machines extends Readable<MachinesView> {
  /** Asks now. Never rejects: failures are part of the view. */
  refresh(): Promise<void>;
  /** Puts in place what a change answered. */
  put(machine: Machine): void;
  remove(machineId: string): void;
  /** Keeps asking until the function returned is called. */
  watch(): () => void;
}

export function createMachines(gateway: Pick<GatewayClient, 'machines'>): Machines {
  const store = createStore<MachinesView>({ machines: null, failure: null });
  const change = (edit: (machines: readonly Machine[]) => readonly Machine[]) => {
    store.set({ ...store.get(), machines: edit(store.get().machines ?? []) });
  };
  async function refresh(): Promise<void> {
    try {
      store.set({ machines: await gateway.machines(), failure: null });
    } catch (failure) {
      store.set({ ...store.get(), failure });
    }
  }
  return {
    get: store.get,
    subscribe: store.subscribe,
    refresh,
    put: (machine) =>
      change((machines) => machines.map((known) => (known.id === machine.id ? machine : known))),
    remove: (machineId) => change((machines) => machines.filter(({ id }) => id !== machineId)),
    watch() {
      void refresh();
      const timer = setInterval(() => document.visibilityState === 'visible' && void refresh(), REFRESH_MS);
      return () => clearInterval(timer);
    },
  };
}
