// What the page's parts stand on, made once in main.tsx and handed down.
import { createContext, useContext } from 'react';
import type { GatewayClient } from '@spectral/proto/client';
import type { Me } from '@spectral/proto/wire';
import type { Drafts } from '../data/drafts.ts';
import type { MachineRoom } from '../data/machine-room.ts';
import type { Machines } from '../data/machines.ts';
import type { Storage } from '../data/storage.ts';
import type { Store } from '../data/store.ts';
import type { Theme } from '../data/theme.ts';
import type { Commands } from '../keyboard/commands.ts';

export interface Services {
  readonly gateway: GatewayClient;
  readonly machines: Machines;
  readonly drafts: Drafts;
  readonly storage: Storage;
  readonly theme: Store<Theme>;
  readonly commands: Commands;
  /** Connects to a machine; the caller closes it. */
  readonly openMachine: (machineId: string) => MachineRoom;
  /** Who is signed in; null while unknown or signed out. */
  readonly me: Store<Me | null>;
}

const ServicesContext = createContext<Services | null>(null);
export const ServicesProvider = ServicesContext.Provider;

export function useServices(): Services {
  const services = useContext(ServicesContext);
  if (!services) throw new Error('this component must be inside ServicesProvider');
  return services;
}
