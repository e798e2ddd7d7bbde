/** What was found of one pool: the whole input of its plan. */
import type { Existing } from '../cluster/index.ts';
import type { AgentPool, AgentTemplate } from '../kinds/index.ts';
import type { Obstacle } from './agent-facts.ts';
import type { AgentView } from './agent-view.ts';

export interface PoolFacts {
  readonly pool: Existing<AgentPool>;
  /** Null when there is none that can be used. */
  readonly template: Existing<AgentTemplate> | null;
  readonly revision: string | null;
  readonly views: readonly AgentView[];
  /** Claims on it that have no machine yet. */
  readonly waitingClaims: number;
  /** Creations and retirements of ours that the watch has not shown yet. */
  readonly outstanding: number;
  readonly obstacle: Obstacle | null;
  readonly now: number;
}
