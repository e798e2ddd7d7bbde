/** A tool call as the transcript shows it, and the plain facts drawn from its arguments. */

export interface ToolView {
  readonly id: string;
  /** As the agent calls it, such as `bash` or `edit`. */
  readonly name: string;
  readonly args: unknown;
  /** `lost`: the turn ended before its result came. */
  readonly state: 'running' | 'done' | 'failed' | 'lost';
  /** The output, or its newest lines while it runs. */
  readonly output: string;
  /** Characters left out of `output`. */
  readonly omitted: number;
  /** Unified diff of a file edit. */
  readonly diff: string | null;
  /** Milliseconds since 1970, of the call. */
  readonly startedAt: number;
  /** Null while it runs. */
  readonly durationMs: number | null;
}

/** Tools that only look: several in a row are shown as one group. */
const LOOKING = new Set(['read', 'grep', 'find', 'ls', 'glob', 'search', 'list']);

export function isLooking(tool: ToolView): boolean {
  return LOOKING.has(tool.name) && tool.state !== 'failed';
}

/** A text argument, or an empty text. */
export function textArg(tool: ToolView, ...names: readonly string[]): string {
  if (typeof tool.args !== 'object' || tool.args === null) return '';
  const args: Readonly<Record<string, unknown>> = { ...tool.args };
  for (const name of names) {
    const value = args[name];
    if (typeof value === 'string') return value;
  }
  return '';
}

export const pathOf = (tool: ToolView): string => textArg(tool, 'path', 'file_path', 'filePath', 'file');

/** The path as a person names it: inside the project without its directory, in the home with `~`. */
export function shortPath(path: string, projectPath: string): string {
  if (path === projectPath) return '.';
  if (projectPath !== '' && path.startsWith(`${projectPath}/`)) return path.slice(projectPath.length + 1);
  return path;
}

/** `read src/app.ts`, `grep "needle" in src`: one line for a looking tool. */
export function lookingSubject(tool: ToolView, projectPath: string): string {
  const where = pathOf(tool);
  const what = textArg(tool, 'pattern', 'query', 'glob');
  if (!what) return shortPath(where, projectPath) || '.';
  return where && where !== '.' ? `${what} in ${shortPath(where, projectPath)}` : what;
}

/** `3 files read, 1 search`. */
export function groupSummary(tools: readonly ToolView[]): string {
  const reads = tools.filter((tool) => tool.name === 'read').length;
  const lists = tools.filter((tool) => tool.name === 'ls' || tool.name === 'list').length;
  const searches = tools.length - reads - lists;
  const parts = [
    reads > 0 && `Read ${reads} ${reads === 1 ? 'file' : 'files'}`,
    searches > 0 && `${searches} ${searches === 1 ? 'search' : 'searches'}`,
    lists > 0 && `${lists} ${lists === 1 ? 'listing' : 'listings'}`,
  ];
  const text = parts.filter((part) => part !== false).join(', ');
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** The last lines of a text. */
export function tailOf(text: string, lines: number): string {
  const all = text.trimEnd().split('\n');
  return all.slice(-lines).join('\n');
}

export function lineCount(text: string): number {
  return text === '' ? 0 : text.trimEnd().split('\n').length;
}
