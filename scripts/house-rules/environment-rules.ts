// Where the environment may be read, and where its variables may be named.

import type { Fault } from './fault.ts';
import type { SourceFile } from './source-file.ts';

/** Entry files, tools and tests: what starts a process may look at the environment of its own. */
const MAY_READ = /(^|\/)(main\.ts|[a-z.-]+\.config\.ts)$|(^|\/)(bin|scripts|test)\/|^load-tests\//;

/** Product code that starts a process of ours and therefore speaks that process's environment. */
const STARTS_ANOTHER_PROCESS = [
  'services/standalone/src/local-machine.ts',
  'services/operator/src/objects/agent-pod.ts',
];

/** The one file per process that knows the names, and tools and tests, which start processes from outside. */
const MAY_NAME = /(^|\/)(config\.ts|settings\/env\.ts)$|(^|\/)(bin|scripts|test)\/|^load-tests\//;

export function environmentFaults(sources: readonly SourceFile[]): Fault[] {
  return sources.flatMap(({ path, environmentReads, variableNames }) => [
    ...(MAY_READ.test(path) ? [] : environmentReads).map(({ line }) => ({
      path,
      line,
      message: 'reads process.env; only main.ts does, and hands the value on as an argument',
    })),
    ...(mayName(path) ? [] : variableNames).map(({ text, line }) => ({
      path,
      line,
      message: `names the environment variable ${text}; only the process's config.ts (agent: settings/env.ts) does`,
    })),
  ]);
}

function mayName(path: string): boolean {
  return MAY_NAME.test(path) || STARTS_ANOTHER_PROCESS.includes(path);
}
