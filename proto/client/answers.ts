/** From a RESPONSE frame to an answer, or to the error that says what went wrong. */
import {
  errorBody,
  FrameFlag,
  parse,
  parseResponse,
  type DataFrame,
  type ErrorBody,
  type ResponsePayload,
} from '../wire/index.ts';
import { MachineOffline, MachineTimeout, RequestFailed } from './errors.ts';

/** The answer of a status under 400. Throws MachineOffline, MachineTimeout or RequestFailed. */
export function answerOf(frame: DataFrame): ResponsePayload {
  const response = parseResponse(frame.payload);
  if (response.status < 400) return response;
  throw failureOf(response, (frame.flags & FrameFlag.fromRelay) !== 0);
}

function failureOf({ status, body }: ResponsePayload, fromRelay: boolean): Error {
  const { code, message, details } = readError(body, status);
  if (fromRelay && code === 'machine-offline')
    return new MachineOffline(message, textOf(details?.['lastSeenAt']));
  if (fromRelay && code === 'machine-timeout') return new MachineTimeout(message);
  return new RequestFailed(status, code, message, details);
}

/**
 * Whether the relay says that the machine's link broke under this request: offline, without the details of a machine
 * that is away. It may have been carried out; sent again with its key it is not carried out twice.
 */
export function isBroken(frame: DataFrame): boolean {
  if ((frame.flags & FrameFlag.fromRelay) === 0) return false;
  const { body, status } = parseResponse(frame.payload);
  const { code, details } = readError(body, status);
  return code === 'machine-offline' && details === undefined;
}

/** The error of an answer's body, or a plain one for a body that is none. */
export function readError(body: unknown, status: number): ErrorBody['error'] {
  try {
    return parse(errorBody, body, 'error').error;
  } catch {
    return { code: 'unknown', message: `the answer was status ${status} with no explanation` };
  }
}

function textOf(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}
