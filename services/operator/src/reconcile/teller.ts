/** Tells the gateway what people are to see of a machine, whenever that changes. */
import type { AgentFacts, AgentPlan } from '../plan/index.ts';
import type { Kit } from './kit.ts';

const TRY_AGAIN_MS = 5_000;

export function createTeller({ gateway, log }: Pick<Kit, 'gateway' | 'log'>) {
  /** By machine, what the gateway was told last. */
  const told = new Map<string, string>();
  return {
    /** Milliseconds until it should be tried again; null when the gateway knows. */
    async tell({ fleet }: Pick<AgentFacts, 'fleet'>, plan: AgentPlan): Promise<number | null> {
      if (fleet === 'unknown' || fleet === null) return null;
      const { machineId, phase } = fleet;
      const words = JSON.stringify(plan.told);
      const isKnown = told.get(machineId) === words;
      if (isKnown && (phase === plan.told.phase || phase === 'pending')) return null;
      try {
        await gateway.tell(machineId, plan.told);
        told.set(machineId, words);
        return null;
      } catch (err) {
        log.warn({ err, machineId }, 'the gateway was not told of a machine');
        return TRY_AGAIN_MS;
      }
    },
  };
}
