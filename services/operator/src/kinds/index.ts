/** The kinds the operator knows: five of its own, and those of Kubernetes that machines are made of. */
export * from './agent-claim.ts';
export * from './agent-pool.ts';
export * from './agent-template.ts';
export * from './agent.ts';
export * from './core.ts';
export * from './duration.ts';
export { API_VERSION, GROUP, VERSION, type Condition, type ConditionStatus } from './fields.ts';
export * from './model-policy.ts';
