/** Events as EVENTS frames: what one tick brought to one channel, in frames of bounded size. */
import {
  FrameKind,
  MACHINE_CHANNEL,
  SNAPSHOT_CHUNK_BYTES,
  encodeFrame,
  type MachineEvent,
  type MachineReady,
  type Numbered,
  type SessionReady,
} from '@spectral/proto/wire';
import type { LoggedEvent } from '../store/log.ts';

const encoder = new TextEncoder();

/** Frames for every reader of a session's channel, in order; `epoch` is the log's. */
export function sessionEventFrames(
  sessionId: string,
  epoch: number,
  events: readonly LoggedEvent[],
): Uint8Array[] {
  const frames: Uint8Array[] = [];
  let texts: string[] = [];
  let chars = 0;
  for (const [index, { event, seq, at }] of events.entries()) {
    const text = JSON.stringify({ ...event, seq, at });
    texts.push(text);
    chars += text.length;
    if (chars < SNAPSHOT_CHUNK_BYTES && index < events.length - 1) continue;
    frames.push(eventFrame(sessionId, epoch, seq, texts));
    texts = [];
    chars = 0;
  }
  return frames;
}

/** The frame of one change of the machine's lists; `epoch` is this run's. */
export function machineEventFrame(epoch: number, event: Numbered<MachineEvent>): Uint8Array {
  return eventFrame(MACHINE_CHANNEL, epoch, event.seq, [JSON.stringify(event)]);
}

/** A piece of a snapshot: events as JSON texts, and where they stand. */
export interface SnapshotPiece {
  readonly epoch: number;
  /** The number the piece begins after. */
  readonly from: number;
  readonly texts: readonly string[];
  /** In the first piece alone. */
  readonly ready?: SessionReady | MachineReady | undefined;
}

export function snapshotPayload({ epoch, from, texts, ready }: SnapshotPiece): Uint8Array {
  const head = ready === undefined ? '' : `"ready":${JSON.stringify(ready)},`;
  return encoder.encode(`{"v":1,${head}"epoch":${epoch},"from":${from},"events":[${texts.join(',')}]}`);
}

function eventFrame(channel: string, epoch: number, sequence: number, texts: readonly string[]): Uint8Array {
  const payload = encoder.encode(`{"v":1,"events":[${texts.join(',')}]}`);
  return encodeFrame({ kind: FrameKind.events, channel, target: epoch, sequence }, payload);
}
