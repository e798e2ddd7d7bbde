/** Wakes a machine of a fleet and waits until it can be worked with. */
import type { ConnectionState, GatewayClient } from '@spectral/proto/client';
import type { Machines } from '../data/machines.ts';
import type { Readable } from '../data/store.ts';
import { phaseDetail, willNotCome } from './fleet-phase.ts';

/** A place in a full cluster may take a while; nobody waits longer in front of a page. */
const MOST_WAIT_MS = 10 * 60_000;

interface WakeParts {
  readonly machineId: string;
  readonly gateway: Pick<GatewayClient, 'wakeMachine'>;
  readonly machines: Pick<Machines, 'get' | 'subscribe' | 'put'>;
  readonly link: Readable<ConnectionState>;
  /** Gives up waiting; the machine comes all the same. */
  readonly signal: AbortSignal;
}

/** The machine did not come. `message` says why and what to do. */
export class NotAwake extends Error {
  readonly code = 'not-awake';
  constructor(message: string) {
    super(message);
    this.name = 'NotAwake';
  }
}

/** Resolves when its link is up. Rejects GatewayError, or NotAwake when it fails, takes too long, or nobody waits. */
export async function wakeMachine({ machineId, gateway, machines, link, signal }: WakeParts): Promise<void> {
  machines.put(await gateway.wakeMachine(machineId));
  const limit = AbortSignal.timeout(MOST_WAIT_MS);
  const state = () => {
    if (link.get().kind === 'live') return 'awake';
    if (signal.aborted) throw new NotAwake('Nothing was sent.');
    if (limit.aborted) throw new NotAwake('The machine did not wake up within ten minutes. Try again.');
    const fleet = machines.get().machines?.find(({ id }) => id === machineId)?.fleet;
    if (fleet && willNotCome(fleet)) {
      throw new NotAwake(`The machine cannot wake up. ${phaseDetail(fleet)}`.trim());
    }
    return 'waits';
  };
  await settled(state, [link.subscribe, machines.subscribe, onAbort(signal), onAbort(limit)]);
}

type Subscribe = (listener: () => void) => () => void;

/** Looks at each change until the machine is awake or `state` throws. */
function settled(state: () => 'awake' | 'waits', sources: readonly Subscribe[]): Promise<void> {
  return new Promise((resolve, reject) => {
    const stops: (() => void)[] = [];
    const look = () => {
      try {
        if (state() === 'waits') return;
        resolve();
      } catch (error) {
        reject(error);
      }
      for (const stop of stops.splice(0)) stop();
    };
    for (const subscribe of sources) stops.push(subscribe(look));
    look();
  });
}

function onAbort(signal: AbortSignal): Subscribe {
  return (listener) => {
    signal.addEventListener('abort', listener, { once: true });
    return () => signal.removeEventListener('abort', listener);
  };
}
