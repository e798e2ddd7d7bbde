// What `npm run <verb>` does: the programs each verb runs, one after the other, under the chosen Node.

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { Stop } from './say.mjs';

/**
 * The steps of `verb`, each `{ script, args, interactive? }` with a path relative to the repository.
 * `args` are the caller's own and go to the verb's last step.
 */
export function stepsOf(verb, args, root) {
  switch (verb) {
    case 'start':
      return [
        { script: 'scripts/build-page.ts', args: [] },
        { script: 'services/standalone/src/main.ts', args },
      ];
    case 'build':
      return [{ script: 'scripts/build-page.ts', args }, ...ifPresent(root, 'agent/scripts/bundle.ts')];
    case 'test':
      return [{ script: 'scripts/test.ts', args }];
    case 'check':
      return [{ script: 'scripts/check.ts', args }];
    case 'format':
      return [
        {
          script: 'node_modules/prettier/bin/prettier.cjs',
          args: ['--write', ...(args.length > 0 ? args : ['.'])],
        },
      ];
    case 'bench':
      return [{ script: 'load-tests/src/main.ts', args }];
    case 'soak':
      return [{ script: 'load-tests/src/main.ts', args: ['soak', ...args] }];
    case 'kubernetes-assets':
      return [{ script: 'scripts/kubernetes-assets/main.ts', args }];
    case 'exec':
      return [ownScript(args)];
    case 'install':
      return [];
    default:
      throw new Stop(
        `unknown verb "${verb ?? ''}"; expected start, test, check, build, clean, format, bench, soak, kubernetes-assets, install or exec FILE.`,
        2,
      );
  }
}

function ifPresent(root, script) {
  return existsSync(join(root, script)) ? [{ script, args: [] }] : [];
}

function ownScript([script, ...args]) {
  if (script === undefined) throw new Stop('exec needs a file: npm run ts -- path/to/file.ts', 2);
  return { script, args, interactive: Boolean(process.stdin.isTTY) };
}
