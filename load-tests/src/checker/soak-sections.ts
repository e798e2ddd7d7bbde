/** A result of several runs in one Markdown text: a head, then a section for each. Pure. */

/** The text with this section in place of the one of the same heading, or at its end. */
export function withSection(text: string, heading: string, body: string): string {
  const [head = '', ...sections] = text.split(/^## /m);
  const fresh = `${heading}\n\n${body.trim()}\n`;
  const at = sections.findIndex((section) => section.startsWith(`${heading}\n`));
  const kept = sections.map((section, index) => (index === at ? fresh : `${section.trim()}\n`));
  if (at === -1) kept.push(fresh);
  return [head.trim() + '\n', ...kept.map((section) => `## ${section}`)].join('\n');
}
