/** What to do about what was found: pure functions, one for each kind. */
export type { AgentAction } from './agent-action.ts';
export type { AgentFacts, Obstacle } from './agent-facts.ts';
export { isOutdated } from './agent-intent.ts';
export { viewOf, type AgentView } from './agent-view.ts';
export * from './conditions.ts';
export { cannotRun } from './judge-machine.ts';
export { planAgent, type AgentPlan } from './plan-agent.ts';
export { planClaim } from './plan-claim.ts';
export { isStalled, planPool, type PoolAction } from './plan-pool.ts';
export { policyStatus, teamsRuledBy, type PolicyOutcome } from './plan-policy.ts';
export { isApplied, planTemplate, templateFault } from './plan-template.ts';
export type { PlannedEvent } from './planned-event.ts';
export * from './reasons.ts';
export { updateTurns } from './update-turns.ts';
