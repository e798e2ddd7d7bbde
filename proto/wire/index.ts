/** The words that cross a wire. No I/O; safe in browsers. PROTOCOL.md beside this folder tells the whole story. */
export * from './bundle.ts';
export * from './close-codes.ts';
export * from './control-frames.ts';
export * from './data-frame.ts';
export * from './fleet.ts';
export * from './frame-gatherer.ts';
export * from './gateway-api.ts';
export * from './machine-api.ts';
export * from './machine-events.ts';
export * from './machine.ts';
export * from './models.ts';
export * from './parse.ts';
export * from './requests.ts';
export * from './session-events.ts';
export * from './socket-parser.ts';
export * from './timing.ts';
