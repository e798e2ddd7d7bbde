/** Questions to a person at a terminal. */
import { createInterface, type Interface } from 'node:readline/promises';
import { Writable } from 'node:stream';
import { CommandFailed } from '../command-failed.ts';
import type { Person } from './command-context.ts';

/** Asks one line; an empty answer gives `preset`. Rejects CommandFailed at Ctrl-C. */
export async function ask({ stdin, stdout }: Person, question: string, preset: string): Promise<string> {
  const lines = createInterface({ input: stdin, output: stdout });
  return (await oneAnswer(lines, `${question} [${preset}]: `)) || preset;
}

/** Asks for a secret: what is typed is not shown. Rejects CommandFailed at Ctrl-C. */
export async function askSecret({ stdin, stdout }: Person, question: string): Promise<string> {
  stdout.write(`${question}: `);
  const silent = new Writable({ write: (_chunk, _encoding, done) => done() });
  const lines = createInterface({ input: stdin, output: silent, terminal: true });
  try {
    return await oneAnswer(lines, '');
  } finally {
    stdout.write('\n');
  }
}

/** The first line that is piped in. */
export async function readLine({ stdin }: Pick<Person, 'stdin'>): Promise<string> {
  const lines = createInterface({ input: stdin });
  try {
    for await (const line of lines) return line.trim();
    return '';
  } finally {
    lines.close();
  }
}

/** Ctrl-C and the end of the input close the lines without an answer, which then would be waited for in vain. */
async function oneAnswer(lines: Interface, question: string): Promise<string> {
  const closed = new Promise<never>((_resolve, reject) => {
    lines.once('close', () =>
      reject(new CommandFailed('nothing was entered; nothing was written', { exitCode: 130 })),
    );
  });
  try {
    return (await Promise.race([lines.question(question), closed])).trim();
  } finally {
    lines.close();
  }
}
