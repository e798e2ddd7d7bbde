/** Frames that wait for the link: a bounded line whose oldest is dropped, because readers resume from the log. */
import { SEND_QUEUE_FRAMES } from '@spectral/proto/wire';

export interface SendQueue {
  push(frame: Uint8Array): void;
  /** The oldest frame, or undefined when empty. */
  shift(): Uint8Array | undefined;
  readonly length: number;
  /** Frames dropped so far. */
  readonly dropped: number;
}

export function createSendQueue(limit: number = SEND_QUEUE_FRAMES): SendQueue {
  const frames: Uint8Array[] = [];
  let dropped = 0;
  return {
    push(frame) {
      frames.push(frame);
      if (frames.length <= limit) return;
      frames.shift();
      dropped += 1;
    },
    shift: () => frames.shift(),
    get length() {
      return frames.length;
    },
    get dropped() {
      return dropped;
    },
  };
}
