// What a test run consists of: static checks, the page, and suites.

import { staticChecks, type StaticCheck } from '../static-checks.ts';
import { Stop } from '../launcher/say.mjs';
import type { TestRequest } from './command-line.ts';
import { suitesNamed, type Suite } from './suites.ts';

export interface TestPlan {
  readonly checks: readonly StaticCheck[];
  readonly suites: readonly Suite[];
}

/** Everything, or the part the request names; throws `Stop` when it names nothing that exists. */
export function planOf(request: TestRequest, suites: readonly Suite[]): TestPlan {
  const { only } = request;
  if (only === undefined) return { checks: request.grep ? [] : staticChecks, suites };
  const checks = staticChecks.filter((check) => check.name === only);
  if (checks.length > 0) return { checks, suites: [] };
  const named = suitesNamed(suites, only);
  if (named.length > 0) return { checks: [], suites: named };
  const names = [...staticChecks, ...suites].map((one) => one.name);
  throw new Stop(
    `nothing is called "${only}"; expected part of a test file's path, or one of: ${names.join(', ')}`,
    2,
  );
}
