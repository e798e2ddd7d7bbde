// `npm run check`: types, lint and format, each reported by name; all run even when one fails.

import { runMain, say } from './launcher/say.mjs';
import { runStaticCheck } from './run-static-check.ts';
import { staticChecks } from './static-checks.ts';

await runMain(checkAll);

async function checkAll(): Promise<number> {
  const results = await Promise.all(staticChecks.map((check) => runStaticCheck(check)));
  for (const { check, passed, output, seconds } of results) {
    say(`${check.name} ${passed ? 'passed' : 'FAILED'} (${seconds.toFixed(1)} s)`);
    if (!passed) process.stdout.write(`${output}\n`);
    if (!passed && check.remedy) say(`to put it right: ${check.remedy}`);
  }
  return results.every((result) => result.passed) ? 0 : 1;
}
