/** Machines of a test gateway. */
import assert from 'node:assert/strict';
import type { ApiClient } from './api-client.ts';

/** What a daemon tells of itself, but for the name. */
export const host = { hostname: 'build-1', version: '0.1.0', pid: 4242 };

/** Registers a machine and resolves with its enrolment. `more` replaces fields of the registration. */
export async function register(caller: ApiClient, name: string, more: object = {}) {
  const answer = await caller.post('/api/machines', { ...host, name, ...more });
  assert.equal(answer.status, 201, JSON.stringify(answer.body));
  return answer.body;
}

/** Gives names that no other machine of the test has. */
export function machineNames(): () => string {
  const made = { count: 0 };
  return () => `machine-${(made.count += 1)}`;
}
