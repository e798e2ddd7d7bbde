/** What an API server's refusals mean (its `Status` objects, and bare HTTP statuses of what stands before it). */
import * as v from 'valibot';
import { ClusterError, type ClusterErrorCode } from './cluster-error.ts';

const statusSchema = v.object({
  message: v.fallback(v.string(), ''),
  reason: v.fallback(v.string(), ''),
  code: v.fallback(v.number(), 0),
  details: v.fallback(
    v.object({
      retryAfterSeconds: v.fallback(v.nullable(v.number()), null),
      causes: v.fallback(
        v.array(v.object({ reason: v.fallback(v.string(), ''), message: v.fallback(v.string(), '') })),
        [],
      ),
    }),
    { retryAfterSeconds: null, causes: [] },
  ),
});
type Status = v.InferOutput<typeof statusSchema>;

/** `retryAfter` is the header's text in seconds, if there was one. `what` names the call for a person. */
export function refusal(what: string, httpStatus: number, body: unknown, retryAfter?: string): ClusterError {
  const status = statusOf(body);
  const seconds = status.details.retryAfterSeconds ?? Number(retryAfter ?? Number.NaN);
  return new ClusterError(
    codeOf(httpStatus, status),
    `${what}: the API server answered ${httpStatus}${status.message && `, ${status.message}`}`,
    { retryAfterMs: Number.isFinite(seconds) ? seconds * 1_000 : null, owners: ownersIn(status) },
  );
}

/** The same for a Status that came as an event of a watch. */
export function refusalInWatch(what: string, body: unknown): ClusterError {
  return refusal(what, statusOf(body).code, body);
}

function statusOf(body: unknown): Status {
  const parsed = v.safeParse(statusSchema, body);
  return parsed.success ? parsed.output : v.parse(statusSchema, {});
}

function codeOf(httpStatus: number, status: Status): ClusterErrorCode {
  switch (httpStatus) {
    case 400:
    case 415:
    case 422:
      return 'invalid';
    case 401:
      return 'forbidden';
    case 403:
      return refusedCreation(status);
    case 404:
      return 'not-found';
    case 409:
      return status.reason === 'AlreadyExists' ? 'already-exists' : 'conflict';
    case 410:
      return 'gone';
    case 429:
      return 'too-many-requests';
    default:
      return 'unreachable';
  }
}

/** A quota says so in its message alone. */
function refusedCreation({ message, details }: Status): ClusterErrorCode {
  if (details.causes.some(({ reason }) => reason === 'NamespaceTerminating')) return 'namespace-terminating';
  return /exceeded quota|failed quota|limit range|(maximum|minimum) .* usage per/i.test(message)
    ? 'quota-exceeded'
    : 'forbidden';
}

/** Each cause of a conflict in server-side apply reads: conflict with "manager" … */
function ownersIn({ details }: Status): string[] {
  const owners = details.causes
    .filter(({ reason }) => reason === 'FieldManagerConflict')
    .flatMap(({ message }) => /conflict with "([^"]+)"/.exec(message)?.[1] ?? []);
  return [...new Set(owners)];
}
