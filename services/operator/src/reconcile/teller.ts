/** Tells the gateway what people are to see of a machine, whenever that changes. */
import type { Logger } from '@spectral/common';
import type { FleetGateway } from '../outside/fleet-gateway.ts';
import type { AgentFacts, AgentPlan } from '../plan/index.ts';

const TRY_AGAIN_MS = 5_000;

export interface Teller {
  /** Milliseconds until it should be tried again; null when the gateway knows. */
  tell(facts: Pick<AgentFacts, 'fleet'>, plan: AgentPlan): Promise<number | null>;
  /** The Agent of this uid is gone. */
  forget(uid: string): void;
}

interface TellerParts {
  readonly gateway: Pick<FleetGateway, 'tell'>;
  readonly log: Logger;
}

export function createTeller({ gateway, log }: TellerParts): Teller {
  /** By uid of the Agent, what the gateway was told last of its machine. */
  const told = new Map<string, string>();
  return {
    async tell({ fleet }, plan) {
      if (fleet === 'unknown' || fleet === null) return null;
      const { uid, machineId, phase } = fleet;
      const words = JSON.stringify([machineId, plan.told]);
      const isKnown = told.get(uid) === words;
      if (isKnown && (phase === plan.told.phase || phase === 'pending')) return null;
      try {
        await gateway.tell(machineId, plan.told);
        told.set(uid, words);
        return null;
      } catch (err) {
        log.warn({ err, machineId }, 'the gateway was not told of a machine');
        return TRY_AGAIN_MS;
      }
    },
    forget: (uid) => void told.delete(uid),
  };
}
