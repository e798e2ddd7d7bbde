/** Payloads of REQUEST and RESPONSE frames: HTTP in miniature, from a reader to a machine. */
import * as v from 'valibot';
import { parseJson, payloadText } from './parse.ts';

export const requestPayload = v.object({
  v: v.literal(1),
  method: v.picklist(['GET', 'POST', 'PATCH', 'DELETE']),
  /** Path and query, such as `/api/sessions/<id>`. */
  path: v.pipe(v.string(), v.startsWith('/'), v.maxLength(8192)),
  body: v.optional(v.unknown()),
  /** Idempotency key: the machine runs a changing request once per key and repeats its answer. */
  key: v.optional(v.pipe(v.string(), v.minLength(8), v.maxLength(128))),
});
export type RequestPayload = v.InferOutput<typeof requestPayload>;

export const responsePayload = v.object({
  v: v.literal(1),
  status: v.number(),
  body: v.optional(v.unknown()),
});
export type ResponsePayload = v.InferOutput<typeof responsePayload>;

/** Body of every answer of 400 and above, here and on the gateway's `/api`. */
export const errorBody = v.object({
  error: v.object({
    /** Stable, machine-readable: `machine-offline`, `not-found`, … */
    code: v.string(),
    /** For a person: what was expected, what came, what to do. */
    message: v.string(),
    /** Further facts, such as `lastSeenAt` of an offline machine or `field` of bad input. */
    details: v.optional(v.record(v.string(), v.unknown())),
  }),
});
export type ErrorBody = v.InferOutput<typeof errorBody>;

/** Throws BadInput. */
export const parseRequest = (payload: Uint8Array): RequestPayload =>
  parseJson(requestPayload, payloadText(payload), 'request');
export const parseResponse = (payload: Uint8Array): ResponsePayload =>
  parseJson(responsePayload, payloadText(payload), 'response');
