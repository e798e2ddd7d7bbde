// The door behind every npm script: installs what is locked, chooses a Node that is new enough, runs the verb.
// Plain JavaScript that parses on Node 18: it has to work before anything of ours is installed.

import { existsSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chooseNode } from './launcher/choose-node.mjs';
import { clean } from './launcher/clean.mjs';
import { installWhenStale } from './launcher/install-when-stale.mjs';
import { Stop, runMain } from './launcher/say.mjs';
import { supervise } from './launcher/supervise.mjs';
import { stepsOf } from './launcher/verbs.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));

await runMain(() => run(process.argv[2], process.argv.slice(3), process.env));

async function run(verb, args, env) {
  if (verb === 'clean') return clean(root, env);
  const steps = stepsOf(verb, args, root);
  installWhenStale(root, env);
  const node = chooseNode(root, process, env);
  for (const step of steps) {
    const exitCode = await runStep(node, step, env);
    if (exitCode !== 0) return exitCode;
  }
  return 0;
}

function runStep(node, { script, args, interactive = false }, env) {
  if (!existsSync(join(root, script))) throw new Stop(`${script} does not exist.`);
  const leaveWithLauncher = new URL('launcher/leave-with-launcher.mjs', import.meta.url).href;
  return supervise(node, ['--import', leaveWithLauncher, script, ...args], {
    cwd: root,
    interactive,
    env: {
      ...env,
      PATH: `${dirname(node)}${delimiter}${env.PATH ?? ''}`,
      NODE_COMPILE_CACHE: env.NODE_COMPILE_CACHE ?? join(root, 'node_modules', '.cache', 'node-compile'),
    },
  });
}
