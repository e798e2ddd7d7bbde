// Reads a Dockerfile as far as ours go: stages, their instructions, and the argument lists in them.

export interface Instruction {
  /** In capitals, such as `COPY`. */
  readonly name: string;
  /** What follows, with continued lines joined. */
  readonly text: string;
  readonly line: number;
}

export interface Stage {
  /** What it is made from, such as `manifests` or `node:24`. */
  readonly from: string;
  /** Its name after AS; empty for the last one. */
  readonly name: string;
  readonly instructions: readonly Instruction[];
}

export interface Dockerfile {
  /** Instructions before the first FROM. */
  readonly head: readonly Instruction[];
  readonly stages: readonly Stage[];
}

/** Throws when the text has no stage. */
export function parseDockerfile(text: string): Dockerfile {
  const instructions = instructionsIn(text);
  const starts = instructions.flatMap(({ name }, index) => (name === 'FROM' ? [index] : []));
  if (starts.length === 0) throw new Error('a Dockerfile has at least one FROM');
  return {
    head: instructions.slice(0, starts[0]),
    stages: starts.map((start, index) => stageOf(instructions.slice(start, starts[index + 1]))),
  };
}

/** A list in JSON form, as in CMD and ENTRYPOINT; throws when the instruction has the shell's form. */
export function listOf({ name, text }: Instruction): string[] {
  const start = text.indexOf('[');
  if (start < 0)
    throw new Error(`${name} is not a list, so a shell would run it and signals would not arrive`);
  return JSON.parse(text.slice(start)) as string[];
}

function stageOf(instructions: readonly Instruction[]): Stage {
  const [from = '', name = ''] = (instructions[0]?.text ?? '').split(/\s+AS\s+/i);
  return { from, name, instructions: instructions.slice(1) };
}

function instructionsIn(text: string): Instruction[] {
  const lines = text.split('\n').map((line, index) => ({ line: index + 1, text: line.trim() }));
  const found: { name: string; text: string; line: number }[] = [];
  let isContinued = false;
  for (const { line, text: written } of lines.filter(({ text: one }) => one !== '' && !one.startsWith('#'))) {
    const words = written.replace(/\\$/, '').trim();
    const last = found.at(-1);
    if (isContinued && last) last.text = `${last.text} ${words}`;
    else {
      const [name = '', ...rest] = words.split(/\s+/);
      found.push({ name: name.toUpperCase(), text: rest.join(' '), line });
    }
    isContinued = written.endsWith('\\');
  }
  return found;
}
