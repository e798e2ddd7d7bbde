/** `demo: …` in a prompt makes the demo model do one exact thing, for tests and load tests. See docs/demo-model.md. */

export type DemoCommand =
  /** Text of so many characters in so many pieces, `everyMs` apart (null: the usual pace). */
  | {
      readonly name: 'stream';
      readonly chars: number;
      readonly pieces: number;
      readonly everyMs: number | null;
    }
  /** One `write` call whose content has so many characters. */
  | { readonly name: 'tool-argument'; readonly chars: number }
  /** An HTTP error; `times` 0: always, else only the first so many tries of this prompt. */
  | { readonly name: 'fail'; readonly status: number; readonly times: number }
  /** Breaks the connection off after so many pieces. */
  | { readonly name: 'cut'; readonly pieces: number }
  /** One word each `everyMs`, for a minute. */
  | { readonly name: 'slow'; readonly everyMs: number }
  /** Says nothing at all for so long. */
  | { readonly name: 'wait'; readonly ms: number }
  /** Calls `bash` with the rest of the line. */
  | { readonly name: 'run'; readonly command: string }
  /** Answers with the rest of the line. */
  | { readonly name: 'say'; readonly text: string }
  /** In loop mode: writes the end mark from iteration `after` on. */
  | { readonly name: 'loop-done'; readonly after: number };

/** The first command in a prompt, or null. An unknown word after `demo:` is no command. */
export function demoCommandIn(prompt: string): DemoCommand | null {
  const [, name = '', rest = ''] = /(?:^|\s)demo: *([a-z-]+)[ \t]*([^\n]*)/.exec(prompt) ?? [];
  const numbers = [...rest.matchAll(/\d+/g)].map(Number);
  const number = (index: number, fallback: number, most: number) =>
    Math.min(numbers[index] ?? fallback, most);
  switch (name) {
    case 'stream': {
      const chars = number(0, 11_000, 5_000_000);
      return { name, chars, pieces: Math.max(1, number(1, 450, chars)), everyMs: numbers[2] ?? null };
    }
    case 'tool-argument':
      return { name, chars: number(0, 100_000, 5_000_000) };
    case 'fail':
      return { name, status: Math.max(400, number(0, 529, 599)), times: numbers[1] ?? 0 };
    case 'cut':
      return { name, pieces: number(0, 10, 10_000) };
    case 'slow':
      return { name, everyMs: Math.max(1, number(0, 1_000, 60_000)) };
    case 'wait':
      return { name, ms: number(0, 30_000, 600_000) };
    case 'run':
      return rest.trim() ? { name, command: rest.trim() } : null;
    case 'say':
      return { name, text: rest.trim() };
    case 'loop-done':
      return { name, after: number(0, 3, 100) };
    default:
      return null;
  }
}
