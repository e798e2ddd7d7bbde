// The machine on screen, for everything below it.
import { createContext, useContext } from 'react';
import type { Machine } from '@spectral/proto/wire';
import type { MachineRoom } from '../data/machine-room.ts';

export interface OpenMachine {
  readonly room: MachineRoom;
  /** Null until the gateway named it. */
  readonly name: string | null;
  readonly info: Machine | null;
}

export const MachineContext = createContext<OpenMachine | null>(null);

export function useMachine(): OpenMachine {
  const machine = useContext(MachineContext);
  if (!machine) throw new Error('this component must be inside MachineContext');
  return machine;
}
