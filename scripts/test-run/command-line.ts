// The arguments of `npm test --`: which part of the tests a developer wants.

import { parseArgs } from 'node:util';
import { Stop } from '../launcher/say.mjs';

export interface TestRequest {
  /** Only checks and suites of this name, and test files whose path contains it. */
  readonly only: string | undefined;
  /** Only tests whose full title matches (mocha's own filter). */
  readonly grep: string | undefined;
  /** Print what would run, and run nothing. */
  readonly list: boolean;
}

export const testUsage = 'npm test -- [--only NAME] [--grep TITLE] [--list]';

/** Reads the arguments; throws `Stop` with the usage for anything else. */
export function readTestRequest(args: readonly string[]): TestRequest {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        only: { type: 'string' },
        grep: { type: 'string' },
        list: { type: 'boolean', default: false },
      },
    });
    return { only: values.only, grep: values.grep, list: values.list };
  } catch (error) {
    throw new Stop(`${error instanceof Error ? error.message : String(error)}. Usage: ${testUsage}`, 2);
  }
}
