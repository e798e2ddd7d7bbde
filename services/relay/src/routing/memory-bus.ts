/** Bus within one process: the one-process mode, and tests of several pods in one process. */
import type { Bus, BusListener } from './bus.ts';
import type { PodMessage } from './pod-message.ts';
import { decodeBatch, encodeBatch } from './pod-message-codec.ts';
import { createTickBatches } from './tick-batches.ts';

/** Where the inboxes of pods in this process meet. */
export interface MemoryBusHub {
  connect(podId: string): Bus;
}

/** A hub without pods. */
export function createMemoryBusHub(): MemoryBusHub {
  const inboxes = new Map<string, BusListener>();
  return { connect: (podId) => connectPod(podId, inboxes) };
}

function connectPod(podId: string, inboxes: Map<string, BusListener>): Bus {
  const own: { listener: BusListener | null } = { listener: null };
  const batches = createTickBatches((target, messages) => {
    const inbox = inboxes.get(target);
    if (inbox) deliver(inbox, podId, messages);
    else for (const message of messages) own.listener?.onUndelivered(target, message);
  });
  return {
    podId,
    async listen(listener) {
      own.listener = listener;
      inboxes.set(podId, listener);
    },
    send: (target, message) => batches.add(target, message),
    async reachable(podIds) {
      return new Set(podIds.filter((id) => inboxes.has(id)));
    },
    isReady: () => inboxes.has(podId),
    async close() {
      batches.flush();
      inboxes.delete(podId);
    },
  };
}

/** Through the same bytes as any other bus, so that pods share no memory. */
function deliver(inbox: BusListener, from: string, batch: readonly PodMessage[]): void {
  for (const message of decodeBatch(encodeBatch(from, batch)).messages) inbox.onMessage(from, message);
}
