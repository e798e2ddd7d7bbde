/** Questions to a person at a terminal. */
import { createInterface } from 'node:readline/promises';
import { Writable } from 'node:stream';
import type { Person } from './command-context.ts';

/** Asks one line; an empty answer gives `preset`. */
export async function ask({ stdin, stdout }: Person, question: string, preset: string): Promise<string> {
  const lines = createInterface({ input: stdin, output: stdout });
  try {
    return (await lines.question(`${question} [${preset}]: `)).trim() || preset;
  } finally {
    lines.close();
  }
}

/** Asks for a secret: what is typed is not shown. */
export async function askSecret({ stdin, stdout }: Person, question: string): Promise<string> {
  stdout.write(`${question}: `);
  const silent = new Writable({ write: (_chunk, _encoding, done) => done() });
  const lines = createInterface({ input: stdin, output: silent, terminal: true });
  try {
    return (await lines.question('')).trim();
  } finally {
    lines.close();
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
