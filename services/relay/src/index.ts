/** The relay as standalone uses it. A process of its own starts at main.ts. */
export { createRelay, startRelay, type Relay, type RelayParts } from './app.ts';
export { createMemoryBusHub } from './routing/memory-bus.ts';
export { DEFAULT_SETTINGS, type RelaySettings } from './settings.ts';
export { askStandingOverHttp } from './standing/http-standing.ts';
export type { AskStanding } from './standing/standing-desk.ts';
export { systemTimers, type Timers } from './timers.ts';
