/** REQUEST frames of the relay link, answered in any order on the connection they came through. */
import {
  BadInput,
  FrameKind,
  MAX_FRAME_BYTES,
  encodeFrame,
  parseRequest,
  toPayload,
  type Actor,
  type DataFrame,
  type ResponsePayload,
} from '@spectral/proto/wire';
import type { Answering } from './answering.ts';
import { answerOfError } from './answer-of-error.ts';
import { NotNow } from '../live/live-errors.ts';

export interface RequestConnection {
  send(bytes: Uint8Array): Promise<void>;
}

/** Takes a data frame; anything but a REQUEST is ignored. An answer to a connection that is gone goes nowhere. */
export type RelayRequests<C extends RequestConnection> = (connection: C, frame: DataFrame) => void;

export function createRelayRequests<C extends RequestConnection>(
  answering: Answering,
  actorOf: (connection: C, peer: number) => Actor | null,
): RelayRequests<C> {
  return (connection, frame) => {
    if (frame.kind !== FrameKind.request) return;
    // The relay put the peer's handle where events have their number.
    void answerTo(frame, answering, actorOf(connection, frame.sequence)).then((answer) =>
      connection.send(answer),
    );
  };
}

async function answerTo(frame: DataFrame, answering: Answering, actor: Actor | null): Promise<Uint8Array> {
  const { target, channel } = frame;
  const payload = toPayload(await responseTo(frame, answering, actor));
  if (payload.length < MAX_FRAME_BYTES - 1024)
    return encodeFrame({ kind: FrameKind.response, target, channel }, payload);
  const tooLarge = answerOfError(
    new NotNow('answer-too-large', `the answer has ${payload.length} bytes, more than a frame holds`),
  );
  return encodeFrame({ kind: FrameKind.response, target, channel }, toPayload(tooLarge));
}

async function responseTo(
  frame: DataFrame,
  answering: Answering,
  actor: Actor | null,
): Promise<ResponsePayload> {
  try {
    return await answering(parseRequest(frame.payload), actor);
  } catch (error) {
    if (error instanceof BadInput) return answerOfError(error);
    throw error;
  }
}
