/** Answers the relay gives in a machine's place: a RESPONSE frame marked as the relay's own. */
import { FrameFlag, FrameKind, encodeFrame, toPayload } from '@spectral/proto/wire';

export interface RelayAnswer {
  readonly status: number;
  readonly code: string;
  readonly message: string;
  readonly details?: Readonly<Record<string, unknown>>;
}

/** The RESPONSE frame for the reader's request `target`. Its payload is a ResponsePayload with an ErrorBody. */
export function answerFrame(target: number, { status, code, message, details }: RelayAnswer): Uint8Array {
  const error = { code, message, ...(details ? { details } : {}) };
  return encodeFrame(
    { kind: FrameKind.response, flags: FrameFlag.fromRelay, target },
    toPayload({ v: 1, status, body: { error } }),
  );
}

/** The machine has no link now. `lastSeenAt` in milliseconds since 1970, or null for a machine never seen. */
export function offlineAnswer(lastSeenAt: number | null): RelayAnswer {
  const iso = lastSeenAt === null ? null : new Date(lastSeenAt).toISOString();
  return {
    status: 503,
    code: 'machine-offline',
    message: `The machine is offline${iso ? `, last seen ${iso}` : ''}. Start "spectral serve" there, or try again when it is back.`,
    details: { lastSeenAt: iso },
  };
}

/** The link or the way to it broke before an answer came: the request may or may not have run. */
export const BROKEN: RelayAnswer = {
  status: 503,
  code: 'machine-offline',
  message:
    'The connection to the machine broke before it answered. Send the request again with the same key.',
};

export function timeoutAnswer(limitMs: number): RelayAnswer {
  return {
    status: 504,
    code: 'machine-timeout',
    message: `The machine did not answer within ${limitMs / 1000} s. It may still be working on it; send again with the same key.`,
  };
}

/** `details` of a rate that was passed: whose, and when to try again. */
export function tooManyAnswer(message: string, details?: RelayAnswer['details']): RelayAnswer {
  return { status: 429, code: 'rate-limited', message, ...(details ? { details } : {}) };
}
