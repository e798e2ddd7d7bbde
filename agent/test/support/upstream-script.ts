/** What the scripted model does, told to it by the prompt. */

/** One answer of the model. */
export interface Step {
  readonly text?: string;
  /** The text this many times over. */
  readonly repeat?: number;
  readonly thinking?: string;
  readonly tools?: readonly {
    readonly name: string;
    readonly args: unknown;
    /** Raw JSON instead of `args`. */ readonly json?: string;
  }[];
  /** Characters per delta; the whole text in one when absent. */
  readonly chunk?: number;
  /** Pause between deltas. */
  readonly delayMs?: number;
  /** Pause before the response's headers. */
  readonly headersDelayMs?: number;
  readonly usage?: {
    readonly input: number;
    readonly output: number;
    readonly cacheRead?: number;
    readonly cacheWrite?: number;
  };
  readonly noUsage?: boolean;
  readonly stop?: 'length';
  /** Answers the first `times` requests for this step with this status. */
  readonly status?: number;
  readonly times?: number;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  /** Breaks the connection, falls silent, or sends a broken event after this many deltas. */
  readonly cutAfter?: number;
  readonly hangAfter?: number;
  readonly badJsonAfter?: number;
}

const MARK = 'SCRIPT:';

/** A prompt that makes the model answer with these steps, one per request. */
export function scripted(...steps: readonly Step[]): string {
  return MARK + JSON.stringify(steps);
}

/** A message of either dialect, as far as the script needs it. */
export interface Message {
  readonly role: string;
  readonly content?: unknown;
}

/**
 * The step of a request: the script is in the last user message that has one, and the step is counted by the
 * assistant messages after it, so that the model needs no memory. Without a script it says a word.
 */
export function stepOf(messages: readonly Message[]): Step {
  let answered = 0;
  for (const message of messages.toReversed()) {
    if (message.role === 'assistant') answered++;
    const at = message.role === 'user' ? textOf(message).indexOf(MARK) : -1;
    if (at === -1) continue;
    const steps = JSON.parse(textOf(message).slice(at + MARK.length)) as Step[];
    return steps[answered] ?? { text: 'done' };
  }
  return { text: 'hello' };
}

export function textOf(message: Message): string {
  if (typeof message.content === 'string') return message.content;
  if (!Array.isArray(message.content)) return '';
  const blocks = message.content as { type?: string; text?: string }[];
  return blocks.map((block) => (block.type === 'text' ? (block.text ?? '') : '')).join('');
}

/** The pieces of a text, each at most `size` characters. */
export function piecesOf(text: string, size: number | undefined): string[] {
  if (size === undefined || text.length <= size) return text === '' ? [] : [text];
  return Array.from({ length: Math.ceil(text.length / size) }, (_, index) =>
    text.slice(index * size, (index + 1) * size),
  );
}
