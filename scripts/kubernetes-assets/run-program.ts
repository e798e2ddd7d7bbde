// Runs a program to its end, with its output in a file and the end of that file in the error.

import { spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { once } from 'node:events';
import { Stop } from '../launcher/say.mjs';

const TAIL_LINES = 25;

export interface ProgramRun {
  readonly cwd: string;
  /** Added to this process's environment. */
  readonly env?: Readonly<Record<string, string>>;
  /** File its output is appended to. */
  readonly log: string;
  /** What a person can do when it fails. */
  readonly remedy: string;
}

/** Runs it below everything else of the machine; throws `Stop` with the end of its output when it fails. */
export async function runProgram(
  program: string,
  args: readonly string[],
  { cwd, env, log, remedy }: ProgramRun,
): Promise<void> {
  const output = openSync(log, 'a');
  const child = spawn('nice', ['-n', '10', program, ...args], {
    cwd,
    env: { ...process.env, ...env },
    stdio: ['ignore', output, output],
  });
  closeSync(output);
  const [code] = await once(child, 'exit');
  if (code === 0) return;
  const tail = readFileSync(log, 'utf8').trimEnd().split('\n').slice(-TAIL_LINES).join('\n  ');
  throw new Stop(`${program} ${args[0] ?? ''} failed (exit code ${code}). ${remedy}\n  ${tail}`);
}

/** What the program prints; throws `Stop` when it fails. */
export async function outputOf(
  program: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<string> {
  const child = spawn(program, args, {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const pieces: Buffer[] = [];
  child.stdout.on('data', (piece: Buffer) => pieces.push(piece));
  const [code] = await once(child, 'close');
  if (code !== 0) throw new Stop(`${program} ${args.join(' ')} failed (exit code ${code}).`);
  return Buffer.concat(pieces).toString('utf8');
}
