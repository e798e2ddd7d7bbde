/** Standing over HTTP: the gateway's `POST /internal/standing`, with the service secret as bearer. */
import { ServiceError, STANDING_PATH, standingAnswer } from '@spectral/common';
import { parse } from '@spectral/proto/wire';
import type { AskStanding } from './standing-desk.ts';

interface Options {
  /** Without a trailing slash. */
  readonly gatewayUrl: string;
  readonly serviceSecret: string;
  readonly timeoutMs: number;
  readonly fetch: typeof fetch;
}

/** Throws ServiceError `unavailable` when the gateway does not answer in time or not as agreed. */
export function askStandingOverHttp({ gatewayUrl, serviceSecret, timeoutMs, fetch }: Options): AskStanding {
  return async (question) => {
    try {
      const response = await fetch(gatewayUrl + STANDING_PATH, {
        method: 'POST',
        headers: { authorization: `Bearer ${serviceSecret}`, 'content-type': 'application/json' },
        body: JSON.stringify(question),
        signal: AbortSignal.timeout(timeoutMs),
      });
      if (!response.ok) throw new Error(`HTTP ${response.status}`);
      return parse(standingAnswer, await response.json(), 'standing');
    } catch (cause) {
      throw new ServiceError('unavailable', `the gateway at ${gatewayUrl} does not say who stands`, {
        cause,
      });
    }
  };
}
