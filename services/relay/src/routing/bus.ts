/** The way from relay pod to relay pod: each has an inbox, and whoever knows its id can put messages there. */
import type { PodMessage } from './pod-message.ts';

export interface BusListener {
  /** In the order in which `from` sent them. Some may be missing: pub/sub loses. Must not throw. */
  onMessage(from: string, message: PodMessage): void;
  /** This message is known not to have arrived: nobody hears that inbox, or the medium is away. Must not throw. */
  onUndelivered(podId: string, message: PodMessage): void;
  /** The medium broke: messages on their way to or from this pod may be lost, unreported. Must not throw. */
  onOutage(): void;
}

export interface Bus {
  /** The id of this process, new at each start. */
  readonly podId: string;
  /** Resolves once the own inbox is heard. Called once. */
  listen(listener: BusListener): Promise<void>;
  /** Hands a message on; those of one tick for one pod travel together. */
  send(podId: string, message: PodMessage): void;
  /** Those of the pods whose inbox is heard right now. Rejects when that cannot be told. */
  reachable(podIds: readonly string[]): Promise<Set<string>>;
  /** Whether messages can travel right now. */
  isReady(): boolean;
  close(): Promise<void>;
}
