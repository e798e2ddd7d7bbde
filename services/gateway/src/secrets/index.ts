/** Secrets: made, hashed, sealed. */
export * from './random-secret.ts';
export * from './sealer.ts';
export * from './master-key.ts';
