/**
 * Calls in flight. A stream may outlive its machine's right to it, so each is checked again when an announcement touches
 * its machine, and all of them periodically, since announcements may get lost.
 */
import type { Announcement } from '@spectral/common';
import type { Forwarding } from './forwarding.ts';
import type { InferenceCaller } from './caller.ts';
import { Refusal } from './refusal.ts';

export interface RunningCall {
  /** Gives the call's handle, once there is one. */
  hold(forwarding: Forwarding): void;
  leave(): void;
}

export interface RunningCalls {
  /** `stands` asks whether the caller's right still holds. */
  enter(caller: InferenceCaller, stands: () => Promise<boolean>): RunningCall;
  /** Checks the calls an announcement may touch. */
  onAnnouncement(announcement: Announcement): void;
  /** Checks all. */
  recheckAll(): Promise<void>;
  /** Ends all, telling their callers why. */
  stopAll(refusal: Refusal): void;
  count(): number;
  /** Of one machine. */
  countOf(machineId: string): number;
}

interface Entry {
  readonly caller: InferenceCaller;
  readonly stands: () => Promise<boolean>;
  readonly forwarding: Forwarding | null;
}

export function createRunningCalls(): RunningCalls {
  const running = new Map<RunningCall, Entry>();

  const recheck = async (touched: (caller: InferenceCaller) => boolean): Promise<void> => {
    const entries = [...running.values()].filter(({ caller }) => touched(caller));
    await Promise.all(
      entries.map(async ({ stands, forwarding }) => {
        if (!(await stands())) forwarding?.stop(FALLEN);
      }),
    );
  };

  return {
    enter(caller, stands) {
      const call: RunningCall = {
        hold(forwarding) {
          if (running.has(call)) running.set(call, { caller, stands, forwarding });
        },
        leave: () => void running.delete(call),
      };
      running.set(call, { caller, stands, forwarding: null });
      return call;
    },
    onAnnouncement(announcement) {
      if (announcement.type === 'machine-revoked' || announcement.type === 'machine-registered') {
        void recheck((caller) => caller.machineId === announcement.machineId);
      } else if (announcement.type === 'key-ended') {
        void recheck((caller) => caller.keyId === announcement.keyId);
      }
    },
    recheckAll: () => recheck(() => true),
    stopAll(refusal) {
      for (const { forwarding } of running.values()) forwarding?.stop(refusal);
    },
    count: () => running.size,
    countOf: (machineId) =>
      [...running.values()].filter(({ caller }) => caller.machineId === machineId).length,
  };
}

const FALLEN = new Refusal('machine-revoked', 'machine revoked: this machine may no longer call models.');
