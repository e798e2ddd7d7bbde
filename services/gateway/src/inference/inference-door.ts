/**
 * The door to models: `POST /v1/messages`, `/v1/messages/count_tokens` and `/v1/chat/completions`. It stands before
 * every body parser, takes bytes and gives bytes: token, whitelist, ledger, header policy and the pipe between.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Logger } from '@spectral/common';
import { AddressRefused } from '../models/address-guard.ts';
import { upstreamPath, type ModelRoute } from '../models/upstream.ts';
import type { OpenedCall, UsageLedger } from '../usage/ledger.ts';
import { admissionRefusal, stillStands, type AdmitMachine, type InferenceCaller } from './caller.ts';
import { chooseModel, type TeamModels } from './choose-model.ts';
import { endpointOf, splitTarget, type InferenceEndpoint } from './endpoints.ts';
import { forward, sendRefusal, type Ending } from './forwarding.ts';
import { upstreamHeaders } from './headers.ts';
import type { CallMeter } from './call-meter.ts';
import { BadBody } from './json-places.ts';
import { CallerLeft, plainBody, readBody } from './read-body.ts';
import { Refusal, refusalStatus } from './refusal.ts';
import type { RunningCalls } from './running-calls.ts';
import { scanBody, withModel, type BodyScan } from './scan-body.ts';
import { upstreamRefusal } from './upstream-errors.ts';
import type { UpstreamPools } from './upstream-pools.ts';

export interface InferenceParts {
  readonly admit: AdmitMachine;
  readonly modelsOf: (teamId: string) => Promise<TeamModels>;
  readonly pools: Pick<UpstreamPools, 'poolFor'>;
  readonly ledger: UsageLedger;
  readonly costOf: (route: ModelRoute, ending: Ending) => number | null;
  readonly running: RunningCalls;
  readonly meter: CallMeter;
  readonly maxBodyBytes: number;
  readonly readerStallMs: number;
  /** Calls one machine may have running at once. */
  readonly maxCallsPerMachine: number;
  readonly newRequestId: () => string;
  readonly now: () => Date;
  readonly log: Logger;
}

/** Takes a request to one of its paths; leaves any other to `next`. Fits before Express, or as its first middleware. */
export type Door = (request: IncomingMessage, response: ServerResponse, next: () => void) => void;

export interface InferenceDoor {
  readonly handle: Door;
  /** From now on new calls are told to come again elsewhere. */
  startDraining(): void;
}

export function createInferenceDoor(parts: InferenceParts): InferenceDoor {
  let draining = false;
  const handle: Door = (request, response, next) => {
    const target = splitTarget(request.url ?? '');
    const endpoint = endpointOf(target.path);
    if (!endpoint) return next();
    const requestId = parts.newRequestId();
    if (draining) {
      response.shouldKeepAlive = false;
      return sendRefusal(response, DRAINING, endpoint.dialect, requestId);
    }
    serve(parts, { request, response, endpoint, query: target.query, requestId }).catch((error: unknown) => {
      answerFailure(parts, { response, endpoint, requestId }, error);
    });
  };
  return { handle, startDraining: () => void (draining = true) };
}

const DRAINING = new Refusal('draining', 'overloaded: this gateway is restarting.');

interface Call {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly endpoint: InferenceEndpoint;
  readonly query: string;
  readonly requestId: string;
}

async function serve(parts: InferenceParts, call: Call): Promise<void> {
  refuseOddRequest(call);
  const caller = await parts.admit({ method: 'POST', headers: call.request.headers });
  refuseTooMany(parts, caller);
  const body = await readBody(call.request, parts.maxBodyBytes);
  const encoding = call.request.headers['content-encoding'];
  const plain = await plainBody(body, encoding, parts.maxBodyBytes);
  const scan = scanBody(plain);
  const route = chooseModel(scan, call.endpoint, await parts.modelsOf(caller.teamId));
  await pass(parts, call, caller, route, scan, outgoing({ body, plain, scan, route }));
}

/** The body for the upstream: the caller's own bytes, unless the model has another name there. */
function outgoing(from: { body: Buffer; plain: Buffer; scan: BodyScan; route: ModelRoute }): {
  body: Buffer;
  reencoded: boolean;
} {
  const { body, plain, scan, route } = from;
  if (route.upstreamModel === scan.model) return { body, reencoded: false };
  return { body: withModel(plain, scan.modelRange, route.upstreamModel), reencoded: body !== plain };
}

async function pass(
  parts: InferenceParts,
  call: Call,
  caller: InferenceCaller,
  route: ModelRoute,
  scan: BodyScan,
  outgoingBody: { body: Buffer; reencoded: boolean },
): Promise<void> {
  const { request, response, endpoint, requestId } = call;
  const { upstream, model } = route;
  const pool = parts.pools.poolFor(upstream);
  const opened: OpenedCall = {
    id: requestId,
    teamId: caller.teamId,
    machineId: caller.machineId,
    modelId: model.id,
    provider: model.provider,
    dialect: endpoint.dialect,
    streamed: scan.stream,
    openedAt: parts.now(),
  };
  if (endpoint.metered) await parts.ledger.open(opened);
  const metered = parts.meter.begin({
    modelId: model.id,
    provider: model.provider,
    operation: endpoint.operation,
  });

  const headers = upstreamHeaders(request.rawHeaders, {
    header: upstream.credentialHeader,
    key: upstream.key,
  });
  const { headers: shown } = request;
  const running = parts.running.enter(caller, () =>
    stillStands(() => parts.admit({ method: 'POST', headers: shown })),
  );
  const forwarding = forward({
    upstream: pool,
    request: {
      path: upstreamPath(upstream.basePath, endpoint.operation) + call.query,
      headers: outgoingBody.reencoded ? withoutHeader(headers, 'content-encoding') : headers,
      body: outgoingBody.body,
    },
    response,
    dialect: endpoint.dialect,
    requestId,
    readerStallMs: parts.readerStallMs,
    onFirstByte: metered.firstByte,
    settle: async (ending) => {
      running.leave();
      const costUsd = parts.costOf(route, ending);
      metered.end(ending, costUsd);
      logCall(parts, opened, ending);
      if (endpoint.metered)
        await parts.ledger.settle({ ...opened, ...ending, settledAt: parts.now(), costUsd });
    },
  });
  running.hold(forwarding);
}

function refuseOddRequest({ request, query }: Call): void {
  if (request.method !== 'POST')
    throw new Refusal('bad-request', `Expected POST, got ${request.method ?? 'nothing'}.`);
  if (/[?&](model|%6d|m%6f)/i.test(query) && new URLSearchParams(query).has('model')) {
    throw new Refusal('bad-request', 'Name the model in the body alone, not in the query.');
  }
}

function refuseTooMany(
  { running, maxCallsPerMachine }: InferenceParts,
  { machineId }: InferenceCaller,
): void {
  if (running.countOf(machineId) < maxCallsPerMachine) return;
  throw new Refusal('busy', 'rate limit: concurrent requests of this machine. Try again when one has ended.');
}

function withoutHeader(headers: readonly string[], name: string): string[] {
  return headers.filter((_, index) => headers[index - (index % 2)] !== name);
}

function answerFailure(
  parts: InferenceParts,
  to: Pick<Call, 'response' | 'endpoint' | 'requestId'>,
  error: unknown,
): void {
  if (error instanceof CallerLeft) return;
  const refusal = asRefusal(error);
  if (refusal.cause !== undefined && refusal.kind === 'accounts-away')
    parts.log.error({ err: refusal.cause, requestId: to.requestId }, 'a model call failed here');
  parts.meter.refused(refusal.kind, refusalStatus(refusal));
  if (refusal.kind === 'too-large') to.response.shouldKeepAlive = false;
  sendRefusal(to.response, refusal, to.endpoint.dialect, to.requestId);
}

/** Unforeseen faults are told as a passing trouble, which callers try again; the log has the cause. */
function asRefusal(error: unknown): Refusal {
  if (error instanceof Refusal) return error;
  const turnedAway = admissionRefusal(error);
  if (turnedAway) return turnedAway;
  if (error instanceof AddressRefused) return upstreamRefusal(error);
  if (error instanceof BadBody) return new Refusal('bad-request', `${error.message}.`, error);
  return new Refusal(
    'accounts-away',
    'overloaded: this gateway cannot look up the team at the moment.',
    error,
  );
}

function logCall(parts: InferenceParts, call: OpenedCall, ending: Ending): void {
  parts.log.info(
    {
      requestId: call.id,
      machineId: call.machineId,
      modelId: call.modelId,
      outcome: ending.outcome,
      status: ending.httpStatus,
      durationMs: parts.now().getTime() - call.openedAt.getTime(),
    },
    'model call',
  );
}
