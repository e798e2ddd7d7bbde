// The machine on screen, when it sleeps: how to have it back.
import { useCallback, useEffect, useRef } from 'react';
import type { FleetPart } from '@spectral/proto/wire';
import { useServices } from '../app/services.ts';
import { useStore } from '../data/store.ts';
import { comesForPrompt } from './fleet-phase.ts';
import { useMachine } from './machine-context.ts';
import { wakeMachine } from './wake-machine.ts';

export interface Wake {
  readonly fleet: FleetPart;
  /** Resolves when the machine is there. Rejects when it does not come, or this screen is left. */
  readonly wake: () => Promise<void>;
}

/** Null while the machine is there, and for one that does not come when it is called. */
export function useWake(): Wake | null {
  const { gateway, machines } = useServices();
  const { room, info } = useMachine();
  const link = useStore(room.link);
  const left = useRef(new AbortController());
  useEffect(() => {
    const controller = new AbortController();
    left.current = controller;
    return () => controller.abort();
  }, []);
  const wake = useCallback(
    () =>
      wakeMachine({
        machineId: room.machineId,
        gateway,
        machines,
        link: room.link,
        signal: left.current.signal,
      }),
    [room, gateway, machines],
  );
  const fleet = info?.fleet ?? null;
  return link.kind === 'machine-offline' && comesForPrompt(fleet) ? { fleet, wake } : null;
}
