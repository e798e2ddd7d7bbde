/**
 * Which relay process holds which machine. Entries expire unless renewed, and carry an epoch that grows with every
 * claim of a machine: the newest claim wins everywhere, and a late renewal or release of an older one has no effect.
 * What a machine says of its own activity is kept under the same epoch, and counts only while the entry does.
 */
import type { Activity } from '@spectral/proto/wire';

export interface MachinePresence {
  readonly machineId: string;
  /** The relay process. */
  readonly podId: string;
  /** Grows with every claim of this machine. */
  readonly epoch: number;
  /** Milliseconds since 1970. */
  readonly since: number;
}

/** The new entry, and the one that was held until then. */
export interface PresenceClaim {
  readonly entry: MachinePresence;
  readonly replaced: MachinePresence | null;
}

export interface Presence {
  /** Makes this pod the machine's holder. */
  claim(claim: { machineId: string; podId: string }): Promise<PresenceClaim>;
  /** Takes a claim back whose link never came up: what it replaced is held again. No effect under a newer epoch. */
  abandon(claim: PresenceClaim): Promise<void>;
  /**
   * Keeps entries alive, and restores those that expired meanwhile and nobody took. Resolves with the ids of machines
   * that are no longer held under that epoch.
   */
  renew(entries: readonly MachinePresence[]): Promise<string[]>;
  /** Ends an entry, and notes now as the machine's last seen time. No effect under a newer epoch. */
  release(entry: MachinePresence): Promise<void>;
  /** The present holders; machines without one are absent from the map. */
  find(machineIds: readonly string[]): Promise<Map<string, MachinePresence>>;
  /** Keeps what the machine last said over the link of this entry. No effect under a newer epoch. */
  tell(entry: MachinePresence, activity: Activity): Promise<void>;
  /** What the present holders' machines said; those that said nothing yet, and machines without a holder, are absent. */
  activities(machineIds: readonly string[]): Promise<Map<string, Activity>>;
  /** When each machine was last held, in milliseconds since 1970; unknown ones are absent. */
  lastSeen(machineIds: readonly string[]): Promise<Map<string, number>>;
  close(): Promise<void>;
}

/** An entry not renewed for this long is gone; relays renew at a third of it. */
export const PRESENCE_EXPIRY_MS = 9_000;
