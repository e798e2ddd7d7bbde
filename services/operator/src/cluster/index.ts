/** The runtime under the reconcilers. Which implementation of Cluster runs is chosen in main.ts. */
export * from './cache.ts';
export * from './cluster-error.ts';
export * from './cluster.ts';
export * from './event-recorder.ts';
export type { Occurrence } from './event.ts';
export * from './expectations.ts';
export * from './object.ts';
export * from './leader.ts';
export * from './lease-election.ts';
export * from './parse-object.ts';
export * from './store.ts';
export * from './timers.ts';
export * from './work-queue.ts';
