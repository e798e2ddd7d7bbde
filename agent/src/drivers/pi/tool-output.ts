/** What a reader sees of a tool's output: text, clipped, and the diff of an edit. */

/** Longest text of a finished tool, in characters. The agent itself saw more. */
export const RESULT_LIMIT = 16 * 1024;
/** Longest tail of a running tool. */
export const PROGRESS_LIMIT = 4 * 1024;

export interface ToolOutput {
  readonly content?: readonly (
    | { readonly type: 'text'; readonly text: string }
    | { readonly type: 'image'; readonly mimeType: string; readonly data: string }
  )[];
  readonly details?: unknown;
}

export interface ClippedText {
  readonly text: string;
  /** Characters left out. */
  readonly omitted: number;
}

/** A command's end matters most (its error, its status), of anything else the beginning. */
export function resultText(toolName: string, output: ToolOutput): ClippedText {
  const text = textOf(output);
  return toolName === 'bash' ? tail(text, RESULT_LIMIT) : head(text, RESULT_LIMIT);
}

export function progressText(output: ToolOutput): string {
  return tail(textOf(output), PROGRESS_LIMIT).text;
}

/** The unified diff pi's edit tool gives, if any. */
export function diffOf(output: ToolOutput): string | undefined {
  const { details } = output;
  if (typeof details !== 'object' || details === null || !('patch' in details)) return undefined;
  return typeof details.patch === 'string' && details.patch !== '' ? details.patch : undefined;
}

function textOf(output: ToolOutput): string {
  const parts = (output.content ?? []).map((part) =>
    part.type === 'text'
      ? part.text
      : `[image ${part.mimeType}, ${Math.floor((part.data.length * 3) / 4)} bytes]`,
  );
  return parts.join('\n');
}

function head(text: string, limit: number): ClippedText {
  if (text.length <= limit) return { text, omitted: 0 };
  const end = isLowSurrogate(text, limit) ? limit - 1 : limit;
  return { text: text.slice(0, end), omitted: text.length - end };
}

function tail(text: string, limit: number): ClippedText {
  if (text.length <= limit) return { text, omitted: 0 };
  const from = text.length - limit;
  const start = isLowSurrogate(text, from) ? from + 1 : from;
  return { text: text.slice(start), omitted: start };
}

/** A character of two code units is never cut in half. */
function isLowSurrogate(text: string, index: number): boolean {
  const unit = text.charCodeAt(index);
  return unit >= 0xdc00 && unit <= 0xdfff;
}
