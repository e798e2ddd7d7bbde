/** Prompts for scripted machines: what the agent does stands in the prompt itself, beside a tag that names it. */

/** A short turn of a few seconds at most; of seven, one brings a large result and one shows a tool's progress. */
export function scriptedPrompt(tag: string, random: () => number): string {
  const kind = Math.floor(random() * 7);
  const words = `${tag} `.repeat(10 + Math.floor(random() * 40));
  const text = { text: words, chunk: 5, everyMs: 5 + Math.floor(random() * 15) };
  if (kind === 0) return written(tag, [{ tool: largeTool(random) }, { text: words, chunk: 20 }]);
  if (kind === 1) return written(tag, [{ tool: toolWithProgress(tag) }, text]);
  if (kind === 2) return written(tag, [{ thinking: words, chunk: 5, everyMs: 3 }, { text: tag }]);
  return written(tag, [text]);
}

/** The tag of a prompt made here; null for any other. */
export function tagOfPrompt(content: string): string | null {
  try {
    const value: unknown = JSON.parse(content);
    if (typeof value !== 'object' || value === null || !('tag' in value)) return null;
    return typeof value.tag === 'string' ? value.tag : null;
  } catch {
    return null; // Not JSON: not one of ours.
  }
}

function written(tag: string, script: readonly unknown[]): string {
  return JSON.stringify({ tag, script });
}

function largeTool(random: () => number): unknown {
  const length = 50_000 + Math.floor(random() * 150_000);
  return { name: 'read', args: { path: 'large.txt' }, result: 'x'.repeat(length) };
}

function toolWithProgress(tag: string): unknown {
  const progress = Array.from({ length: 12 }, (_, index) => `${tag} line ${index}`);
  return { name: 'bash', args: { command: 'make' }, result: progress.join('\n'), progress, ms: 200 };
}
