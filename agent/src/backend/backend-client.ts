/** The gateway as a machine uses it: enrolment, renewal, the models it may call, health. */
import * as v from 'valibot';
import {
  HEALTH_TIMEOUT_MS,
  enrolment,
  model,
  type Enrolment,
  type Model,
  type Registration,
  type Renewal,
} from '@spectral/proto/wire';
import { callJson } from './json-call.ts';

export interface BackendClient {
  /** Registers this machine with a team key, user or enrolment token. The newest registration of a name wins. */
  register(credential: string, registration: Registration): Promise<Enrolment>;
  /** A new token for the machine that holds this one, which tells what changed since it registered. */
  renew(machineToken: string, renewal: Renewal): Promise<Enrolment>;
  /** Models granted to this machine. */
  models(machineToken: string): Promise<readonly Model[]>;
  /** True when `GET /health` answers 2xx within 5 s. Never throws. */
  healthy(): Promise<boolean>;
}

const MODELS_TYPE = 'application/vnd.spectral.models+json';
const modelList = v.object({ models: v.array(model) });

/** `url` is the gateway's origin. Calls throw BackendUnreachable or BackendRefused. */
export function createBackendClient(url: string, fetchUrl: typeof fetch): BackendClient {
  const at = (path: string) => new URL(path, url).href;
  const bearer = (token: string) => ({ authorization: `Bearer ${token}` });
  return {
    register: (credential, registration) =>
      callJson(fetchUrl, at('/api/machines'), enrolment, {
        method: 'POST',
        headers: bearer(credential),
        body: registration,
      }),
    renew: (machineToken, { hostname, version, pid }) =>
      callJson(fetchUrl, at('/api/machines/self/token'), enrolment, {
        method: 'POST',
        headers: bearer(machineToken),
        body: { hostname, version, pid },
      }),
    models: async (machineToken) => {
      const headers = { ...bearer(machineToken), accept: MODELS_TYPE };
      return (await callJson(fetchUrl, at('/v1/models'), modelList, { headers })).models;
    },
    healthy: () => answersHealth(fetchUrl, at('/health')),
  };
}

async function answersHealth(fetchUrl: typeof fetch, url: string): Promise<boolean> {
  try {
    const response = await fetchUrl(url, { signal: AbortSignal.timeout(HEALTH_TIMEOUT_MS) });
    await response.body?.cancel();
    return response.ok;
  } catch {
    return false; // Refused or too slow: the link waits for its next slot either way.
  }
}
