/**
 * What relay pods tell each other. A message for the pod that holds a machine's link carries the reader it comes from;
 * a message for a reader's pod carries the epoch of the link it comes from, so that a fenced link is not heard.
 * `reader` is the number of a browser's connection, unique in its pod. Frames stay opaque past their header.
 */
import type { ActivityFrame, Actor, Cursor } from '@spectral/proto/wire';

/** For the pod that holds the machine. */
export type ToMachinePod =
  /** A REQUEST frame; its target is the reader's own request id. */
  | {
      readonly type: 'request';
      readonly machineId: string;
      readonly reader: number;
      readonly actor: Actor;
      readonly frame: Uint8Array;
    }
  | {
      readonly type: 'open';
      readonly machineId: string;
      readonly reader: number;
      readonly actor: Actor;
      readonly channel: string;
      readonly cursor: Cursor;
    }
  | { readonly type: 'close'; readonly machineId: string; readonly reader: number; readonly channel: string }
  /** The reader's connection ended. */
  | { readonly type: 'leave'; readonly machineId: string; readonly reader: number }
  /** Everything the sending pod reads of this machine: repeated, so that a lost `open` or `close` is mended. */
  | {
      readonly type: 'interest';
      readonly machineId: string;
      readonly reads: readonly (readonly [reader: number, channel: string])[];
    }
  /** Requests without an answer for a while: repeated, so that one lost on its way, or whose answer was, is noticed. */
  | {
      readonly type: 'awaits';
      readonly machineId: string;
      readonly requests: readonly (readonly [reader: number, target: number])[];
    }
  /** The machine shall take no new turn, or take them again; for the link of this epoch alone. */
  | {
      readonly type: 'cordon';
      readonly machineId: string;
      readonly epoch: number;
      /** Numbered by the pod that asks. */
      readonly question: number;
      readonly kind: 'cordon' | 'uncordon';
      readonly fence: number;
    };

/** For the pod that asked: the machine's word, or null when it has no such link. */
export interface ToAskerPod {
  readonly type: 'told';
  readonly question: number;
  readonly said: ActivityFrame | null;
}

/** For the pod of a reader. */
export type ToReaderPod =
  /** A RESPONSE frame; its target is the reader's own request id again. */
  | { readonly type: 'answer'; readonly reader: number; readonly frame: Uint8Array }
  | {
      readonly type: 'snapshot';
      readonly machineId: string;
      readonly epoch: number;
      readonly reader: number;
      readonly frame: Uint8Array;
    }
  /** An EVENTS or HEAD frame, for every reader of its channel on the pod. */
  | {
      readonly type: 'events';
      readonly machineId: string;
      readonly epoch: number;
      readonly frame: Uint8Array;
    }
  | {
      readonly type: 'refused';
      readonly machineId: string;
      readonly epoch: number;
      readonly reader: number;
      readonly channel: string;
      readonly code: string;
      readonly message: string;
    }
  /** The machine's pod does not know this reader of the channel: open it again. */
  | {
      readonly type: 'gap';
      readonly machineId: string;
      readonly epoch: number;
      readonly reader: number;
      readonly channel: string;
    }
  /** The pod does not hold the machine. `target`: the request that met nobody, or 0. */
  | { readonly type: 'unheld'; readonly machineId: string; readonly reader: number; readonly target: number };

export type PodMessage = ToMachinePod | ToReaderPod | ToAskerPod;

/** Sends a message to a pod, one's own included. Never throws, and may lose it. */
export type SendToPod = (podId: string, message: PodMessage) => void;

/** Whether a message is for the half of a pod that holds machines. */
export function isForMachine(message: PodMessage): message is ToMachinePod {
  switch (message.type) {
    case 'request':
    case 'open':
    case 'close':
    case 'leave':
    case 'interest':
    case 'awaits':
    case 'cordon':
      return true;
    default:
      return false;
  }
}
