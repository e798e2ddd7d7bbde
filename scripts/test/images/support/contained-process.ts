/** A command as a container would run it: as user 10001, with an environment of its own and a root it cannot write. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';

const USER = '10001';

export interface Contained {
  /** Everything it wrote so far, both streams. */
  output(): string;
  /** Its exit code, or the signal that ended it. */
  readonly ended: Promise<number | NodeJS.Signals>;
  kill(signal: NodeJS.Signals): void;
}

/** Starts it. Only root can become another user; anybody else runs it as themselves. */
export function runContained(
  command: readonly string[],
  cwd: string,
  env: Record<string, string>,
): Contained {
  const become =
    process.getuid?.() === 0 ? ['setpriv', '--reuid', USER, '--regid', USER, '--clear-groups'] : [];
  const [program = '', ...words] = [
    ...become,
    ...command.map((word) => (word === 'node' ? process.execPath : word)),
  ];
  const child = spawn(program, words, { cwd, env: { PATH: process.env['PATH'] ?? '', ...env } });
  const chunks: string[] = [];
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk: Buffer) => chunks.push(String(chunk)));
  return {
    output: () => chunks.join(''),
    ended: once(child, 'exit').then(([code, signal]) => (code ?? signal) as number | NodeJS.Signals),
    kill: (signal) => void child.kill(signal),
  };
}
