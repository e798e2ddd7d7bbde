/** What each service process stands on. */
export * from './announcements.ts';
export * from './env.ts';
export * from './errors.ts';
export * from './listen.ts';
export * from './logger.ts';
export * from './presence.ts';
export * from './shutdown.ts';
export * from './standing.ts';
