/** The answer to a reader that opens a session: what it does not have yet, in pieces, each once the last has left. */
import {
  FrameFlag,
  FrameKind,
  SNAPSHOT_CHUNK_BYTES,
  encodeFrame,
  type Cursor,
  type SessionReady,
} from '@spectral/proto/wire';
import type { History } from '../store/history.ts';
import { snapshotPayload } from './event-frames.ts';

export interface SnapshotTarget {
  readonly peer: number;
  /** Resolves when the bytes have left. */
  readonly send: (frame: Uint8Array) => Promise<void>;
  /** False once the reader is gone or opened anew: the rest is not sent. */
  readonly wanted: () => boolean;
}

/** Sends the events after `ready.from` up to `ready.head`; the first piece carries `ready`, the last has FINAL. */
export async function sendSnapshot(
  sessionId: string,
  ready: SessionReady,
  history: History,
  { peer, send, wanted }: SnapshotTarget,
): Promise<void> {
  let after = ready.from;
  for (let first = true; wanted(); first = false) {
    const piece = history.read(sessionId, after, ready.head, SNAPSHOT_CHUNK_BYTES);
    const flags = piece.final ? FrameFlag.final : 0;
    const payload = snapshotPayload({
      epoch: ready.epoch,
      from: after,
      texts: piece.events,
      ready: first ? ready : undefined,
    });
    await send(
      encodeFrame(
        { kind: FrameKind.snapshot, flags, target: peer, sequence: piece.last, channel: sessionId },
        payload,
      ),
    );
    if (piece.final) return;
    after = piece.last;
  }
}

/** Where a reader's history begins: after its cursor, or at 0 when the log is another one or behind the reader. */
export function startOfHistory(cursor: Cursor, epoch: number, head: number): number {
  return cursor.epoch === epoch && cursor.seq <= head ? cursor.seq : 0;
}

/** Whether a reader of this epoch has events the log does not: then the log lost some. */
export function isAheadOfLog(cursor: Cursor, epoch: number, head: number): boolean {
  return cursor.epoch === epoch && cursor.seq > head;
}
