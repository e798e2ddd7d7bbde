/** A measurement that stands with the tests of its part, because it starts what only they can start. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { REPOSITORY } from './processes.ts';

/** Runs a script of the repository with this process's own arguments; resolves with whether it ended well. */
export async function runScript(script: string): Promise<boolean> {
  const child = spawn(process.execPath, [REPOSITORY + script, ...process.argv.slice(3)], {
    stdio: 'inherit',
  });
  const [code] = await once(child, 'exit');
  return code === 0;
}
