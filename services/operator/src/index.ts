/** The operator of a fleet: its start, its settings, and the kinds it knows. */
export { startOperator, startOperatorProcess, type Operator, type OperatorParts } from './app.ts';
export { readOperatorConfig, type OperatorConfig } from './config.ts';
export * from './kinds/index.ts';
