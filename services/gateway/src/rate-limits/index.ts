/** Limits on attempts. The medium is chosen in ../parts.ts. */
export * from './guard.ts';
export * from './rate-limit.ts';
