/** What each service process stands on. */
export * from './announcements.ts';
export * from './env.ts';
export * from './errors.ts';
export * from './listen.ts';
export * from './logger.ts';
export * from './memory-announcements.ts';
export * from './memory-presence.ts';
export * from './metric-buckets.ts';
export * from './metrics.ts';
export * from './presence.ts';
export * from './process-metrics.ts';
export * from './shutdown.ts';
export * from './standing.ts';
export * from './token-keys.ts';
export * from './tokens.ts';
