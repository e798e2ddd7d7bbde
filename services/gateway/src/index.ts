/** The face of the gateway, for the one process that runs it beside a relay. */
export { createGateway, type Gateway, type GatewayParts } from './app.ts';
export type { FirstRun } from './bootstrap/bootstrap.ts';
export { readGatewayConfig, type GatewayConfig } from './config.ts';
export { openGatewayParts, type OpenGatewayParts } from './parts.ts';
export { startGateway, type RunningGateway } from './start.ts';
