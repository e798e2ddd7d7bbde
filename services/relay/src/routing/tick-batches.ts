/** Gathers what one turn of the event loop sends to each pod, so that it travels in one publish. */
import { batchBytes } from './pod-message-codec.ts';
import type { PodMessage } from './pod-message.ts';

/** A batch leaves early past this size, so that a burst does not become one huge publish. */
const MAX_BATCH_BYTES = 1024 * 1024;

export interface TickBatches {
  add(podId: string, message: PodMessage): void;
  /** Sends what is gathered now. */
  flush(): void;
}

/** `publish` gets each pod's batch after the current turn has read all its sockets. */
export function createTickBatches(
  publish: (podId: string, messages: readonly PodMessage[]) => void,
): TickBatches {
  const open = new Map<string, { messages: PodMessage[]; bytes: number }>();
  const flush = () => {
    const batches = [...open];
    open.clear();
    for (const [podId, { messages }] of batches) publish(podId, messages);
  };
  return {
    flush,
    add(podId, message) {
      if (open.size === 0) setImmediate(flush);
      const batch = open.get(podId) ?? { messages: [], bytes: 0 };
      batch.messages.push(message);
      batch.bytes += batchBytes(message);
      open.set(podId, batch);
      if (batch.bytes < MAX_BATCH_BYTES) return;
      open.delete(podId);
      publish(podId, batch.messages);
    },
  };
}
