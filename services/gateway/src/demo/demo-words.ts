/** What the demo model says. Every answer says that it comes from a script. */
import type { DemoRequest } from './demo-request.ts';

const LABEL = '**Demo model: a script, no AI.**';
const GIST_CHARS = 80;

/** The first line of a prompt, shortened. */
export function gist(prompt: string): string {
  const [line = ''] = prompt.trim().split('\n', 1);
  const short = line.length <= GIST_CHARS ? line : `${line.slice(0, GIST_CHARS - 1).trimEnd()}…`;
  return short || 'your message';
}

export function plain(text: string): string {
  return `${LABEL} ${text}`;
}

export function thoughts(prompt: string): string {
  return `The person asks: "${gist(prompt)}". The script says to look around first, then to touch one small file.`;
}

export function greeting({ prompt, images }: DemoRequest): string {
  const seen =
    images === 0
      ? ''
      : ` With it came ${images === 1 ? 'one image' : `${images} images`}, which a script cannot see.`;
  return (
    `${LABEL} You asked: “${gist(prompt)}”.${seen}\n\n` +
    'To show the whole way from this page to your machine and back, I list the files of this project.'
  );
}

export function fileFound(file: string): string {
  return `\`${file}\` is there from an earlier demo, so I read it and add a line.`;
}

export function fileMissing(file: string): string {
  return `Now I write a small file, \`${file}\`, which you may delete at any time.`;
}

export function newFile(prompt: string, mark: string): string {
  return (
    '# Written by the Spectral demo model\n\n' +
    'A scripted conversation made this file to show that tools really run on this machine. Delete it whenever you like.\n\n' +
    `${fileEntry(prompt)}\n${mark}\n`
  );
}

export function fileEntry(prompt: string): string {
  return `- You asked: ${gist(prompt).replaceAll('`', "'")}`;
}

/** The last words of a turn: a table of what ran, a code block, a list. */
export function closing({ used, prompt, images }: DemoRequest): string {
  if (used.length === 0) {
    const seen = images === 0 ? '' : ` It came with ${images} image${images === 1 ? '' : 's'}.`;
    return `${LABEL} You said: “${gist(prompt)}”.${seen} No tool was offered to me, so there is nothing to show.`;
  }
  const rows = used.map(({ name, failed, result }) => {
    const lines = (result ?? '').split('\n').filter(Boolean).length;
    return `| \`${name}\` | ${failed ? 'failed' : 'done'} | ${lines} line${lines === 1 ? '' : 's'} |`;
  });
  return [
    `## What happened\n\n${LABEL} For “${gist(prompt)}” these tools ran on your machine:`,
    ['| Tool | Outcome | Output |', '| --- | --- | --- |', ...rows].join('\n'),
    'The same by hand:\n\n```bash\nls -1A | head -40\ncat SPECTRAL_DEMO.md   # what the demo wrote\n```',
    [
      'To get real answers:',
      '',
      '1. Stop Spectral.',
      '2. Set `ANTHROPIC_API_KEY` or `OPENAI_API_KEY`.',
      '3. Start it again and choose a model in the message box.',
    ].join('\n'),
    '- Every step above was stored as an event on the machine.\n- Reload this page in the middle of an answer: nothing is lost.',
  ].join('\n\n');
}

/** A title for the conversation whose beginning stands in `prompt`. */
export function title(prompt: string): string {
  const asked = /Person:\n(.*)/.exec(prompt)?.[1] ?? prompt;
  const short = gist(asked).split(/\s+/).slice(0, 6).join(' ');
  return `Demo: ${short.replace(/[.:,;!?…]+$/, '')}`;
}

/** A summary in the form pi asks for when it compacts a conversation. */
export function summary(conversation: string): string {
  const asked = [...conversation.matchAll(/\[User\]:? ?(.+)/g)]
    .map(([, line = '']) => `- ${gist(line)}`)
    .slice(-5);
  return [
    '## Goal\nA demonstration conversation with the scripted demo model.',
    '## Constraints & Preferences\n- (none)',
    `## Progress\n### Done\n- [x] Listed the project's files and kept \`SPECTRAL_DEMO.md\` up to date\n\n### In Progress\n- [ ] (none)\n\n### Blocked\n- (none)`,
    '## Key Decisions\n- **Script**: this model follows a script and decides nothing',
    '## Next Steps\n1. Answer the next message',
    `## Critical Context\n${asked.join('\n') || '- (none)'}`,
  ].join('\n\n');
}

const PARAGRAPHS = [
  'This is text of the demo model, **made to measure**. It has words, `code`, and [a link](https://example.com).\n\n',
  '- first point of a list\n- second point, somewhat longer than the first\n- third point\n\n',
  '```ts\nexport function double(value: number): number {\n  return value * 2; // a comment\n}\n```\n\n',
  '| Name | Value |\n| --- | --- |\n| alpha | 1 |\n| beta | 2 |\n\n',
  '### A heading\n\nA paragraph under it, with a few more words so that lines wrap on a narrow screen.\n\n',
];

/** Markdown of exactly so many characters. */
export function filler(chars: number): string {
  const round = `${LABEL} ${PARAGRAPHS.join('')}`;
  return round.repeat(Math.ceil(chars / round.length)).slice(0, chars);
}
