// The checks that read the code without running it: types, lint, format.

/** One check: its name in the tally and the commands that must all end with 0. Paths are from the root. */
export interface StaticCheck {
  readonly name: string;
  readonly commands: readonly (readonly [script: string, ...args: string[]])[];
  /** What puts a failing check right, when a command does. */
  readonly remedy?: string;
}

const tsc = 'node_modules/typescript/bin/tsc';

export const staticChecks: readonly StaticCheck[] = [
  { name: 'types', commands: [[tsc], [tsc, '--project', 'services/web/tsconfig.json']] },
  { name: 'lint', commands: [['node_modules/oxlint/bin/oxlint', '--type-aware', '--deny-warnings']] },
  {
    name: 'format',
    commands: [['node_modules/prettier/bin/prettier.cjs', '--check', '--log-level=warn', '.']],
    remedy: 'npm run format',
  },
];
