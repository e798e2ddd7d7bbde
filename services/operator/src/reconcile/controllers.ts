/** Watches and polls fill the queues, the queues run the reconcilers. Nothing is worked on before this operator leads. */
import { keyOf } from '../cluster/index.ts';
import { KINDS, createQueues, type QueueParts } from './queues.ts';
import { createTriggers, type Triggers } from './triggers.ts';

export interface Controllers extends Omit<Triggers, 'everything'> {
  /** Begins to work, on everything there is. */
  start(): void;
  /** Keys that wait, by kind. */
  depths(): Readonly<Record<string, number>>;
  /** Starts nothing more; resolves when the work under way has ended. */
  close(): Promise<void>;
}

export function createControllers(parts: QueueParts): Controllers {
  const queues = createQueues(parts);
  let isStarted = false;
  const { everything, ...triggers } = createTriggers(parts, (kind, namespace, name) => {
    if (isStarted) queues[kind].add(keyOf(namespace, name));
  });
  return {
    ...triggers,
    start() {
      isStarted = true;
      everything();
    },
    depths: () => Object.fromEntries(KINDS.map((kind) => [kind, queues[kind].depth])),
    async close() {
      await Promise.all(KINDS.map((kind) => queues[kind].close()));
    },
  };
}
