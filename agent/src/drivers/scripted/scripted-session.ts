/** An agent without a model: plays the steps its prompts ask for, as a real one would tell them. */
import type { TokenUsage } from '@spectral/proto/wire';
import type { Clock } from '../../clock.ts';
import type { DriverPrompt, DriverSession, Receipt, StartOptions, TurnOutcome } from '../driver.ts';
import { stepsOf, type Step } from './script.ts';

const NO_USAGE: TokenUsage = {
  inputTokens: 0,
  outputTokens: 0,
  cacheReadTokens: 0,
  cacheWriteTokens: 0,
  totalTokens: 0,
  cost: null,
};

export class ScriptedSession implements DriverSession {
  readonly #options: StartOptions;
  readonly #clock: Clock;
  readonly #newId: () => string;
  #entries: number;
  #running: AbortController | null = null;
  #deaf = false;
  #steered: string[] = [];
  #compactLazily = false;
  #modelId = '';
  /** The message being written, and its text so far. */
  #message: { id: string; text: string } | null = null;
  #lastText = '';
  #usage = NO_USAGE;

  constructor(options: StartOptions, clock: Clock, newId: () => string) {
    this.#options = options;
    this.#clock = clock;
    this.#newId = newId;
    this.#entries = options.entries.length;
  }

  async deliver(prompt: DriverPrompt): Promise<Receipt> {
    if (prompt.mode === 'steer') {
      if (!this.#running) return 'settled';
      this.#steered.push(prompt.content);
      return 'taken';
    }
    if (this.#running) throw new Error('a turn runs already');
    this.#modelId = prompt.modelId;
    this.#remember('user', prompt.content);
    const running = new AbortController();
    this.#running = running;
    queueMicrotask(() => void this.#play(stepsOf(prompt.content), running.signal));
    return 'taken';
  }

  async interrupt(): Promise<void> {
    if (!this.#deaf) this.#running?.abort();
  }

  async compact({ lazily, reason }: { lazily?: boolean; reason: 'manual' | 'fork' }): Promise<void> {
    if (lazily) this.#compactLazily = true;
    else this.#shorten(reason);
  }

  async stop(): Promise<void> {
    this.#running?.abort();
  }

  async #play(steps: readonly Step[], signal: AbortSignal): Promise<void> {
    const outcome = await this.#outcomeOf(steps, signal);
    this.#endMessage(outcome.reason === 'done' ? 'stop' : outcome.reason);
    this.#running = null;
    this.#deaf = false;
    this.#options.emit({ type: 'settled', outcome });
  }

  async #outcomeOf(steps: readonly Step[], signal: AbortSignal): Promise<TurnOutcome> {
    if (this.#compactLazily) this.#shorten('fork');
    this.#compactLazily = false;
    this.#lastText = '';
    for (const step of steps) {
      if ('fail' in step) return { reason: 'error', text: this.#lastText, error: step.fail };
      await this.#step(step, signal);
      if (signal.aborted) return { reason: 'cancelled', text: this.#lastText };
      await this.#answerSteering(signal);
    }
    return { reason: 'done', text: this.#message?.text ?? this.#lastText };
  }

  async #step(step: Exclude<Step, { fail: unknown }>, signal: AbortSignal): Promise<void> {
    if ('text' in step) {
      for (let round = 0; round < step.repeat; round++)
        await this.#stream('text_delta', step.text, step, signal);
    } else if ('thinking' in step) await this.#stream('thinking_delta', step.thinking, step, signal);
    else if ('tool' in step) await this.#useTool(step.tool, signal);
    else if ('usage' in step) this.#usage = withUsage(step.usage);
    else if ('waitMs' in step) await this.#wait(step.waitMs, signal);
    else if ('recall' in step)
      await this.#stream(
        'text_delta',
        `I remember ${this.#entries} entries.`,
        { chunk: 64, everyMs: 0 },
        signal,
      );
    else {
      this.#deaf = step.deaf;
      await this.#wait(2 ** 31 - 1, signal);
    }
  }

  async #answerSteering(signal: AbortSignal): Promise<void> {
    for (const content of this.#steered.splice(0)) {
      await this.#stream('text_delta', ` (steered: ${content})`, { chunk: 64, everyMs: 0 }, signal);
    }
  }

  async #stream(
    type: 'text_delta' | 'thinking_delta',
    text: string,
    { chunk, everyMs }: { chunk: number; everyMs: number },
    signal: AbortSignal,
  ): Promise<void> {
    const message = this.#openMessage();
    for (let at = 0; at < text.length && !signal.aborted; at += chunk) {
      const delta = text.slice(at, at + chunk);
      if (type === 'text_delta') message.text += delta;
      this.#options.emit({ type, messageId: message.id, delta });
      if (everyMs > 0) await this.#wait(everyMs, signal);
    }
  }

  /** As with a real agent, the result follows the end of the message that called the tool. */
  async #useTool(
    tool: {
      name: string;
      args: unknown;
      result: string;
      isError: boolean;
      progress: readonly string[];
      ms: number;
    },
    signal: AbortSignal,
  ): Promise<void> {
    const { id: messageId } = this.#openMessage();
    const toolCallId = this.#newId();
    const about = { messageId, toolCallId };
    this.#options.emit({ type: 'tool_call', ...about, name: tool.name, args: tool.args });
    this.#endMessage('tool_use');
    const startedAt = this.#clock.now();
    for (const text of tool.progress) this.#options.emit({ type: 'tool_progress', ...about, text });
    await this.#wait(tool.ms, signal);
    const durationMs = this.#clock.now() - startedAt;
    const [text, isError] = signal.aborted ? ['cancelled', true] : [tool.result, tool.isError];
    this.#options.emit({ type: 'tool_result', ...about, isError, text, omitted: 0, durationMs });
  }

  #openMessage(): { id: string; text: string } {
    if (this.#message) return this.#message;
    this.#message = { id: this.#newId(), text: '' };
    this.#options.emit({ type: 'message_start', messageId: this.#message.id, modelId: this.#modelId });
    return this.#message;
  }

  #endMessage(stopReason: 'stop' | 'tool_use' | 'error' | 'cancelled'): void {
    if (!this.#message) return;
    const { id: messageId, text } = this.#message;
    this.#message = null;
    this.#lastText = text;
    this.#remember('assistant', text);
    this.#options.emit({ type: 'message_end', messageId, stopReason });
    this.#options.emit({ type: 'token_usage', messageId, usage: this.#usage });
  }

  #shorten(reason: 'manual' | 'fork'): void {
    this.#options.emit({ type: 'compaction', phase: 'start', reason, detail: '' });
    this.#remember('compaction', `${this.#entries} entries`);
    this.#options.emit({
      type: 'compaction',
      phase: 'end',
      reason,
      detail: `${this.#entries} entries summarised`,
    });
  }

  #remember(kind: string, text: string): void {
    this.#entries += 1;
    this.#options.saveEntry({ id: this.#newId(), json: JSON.stringify({ kind, text }) });
  }

  #wait(ms: number, signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      if (signal.aborted) return resolve();
      const cancel = this.#clock.after(ms, resolve);
      signal.addEventListener('abort', () => (cancel(), resolve()), { once: true });
    });
  }
}

function withUsage(known: {
  readonly [Field in keyof TokenUsage]?: TokenUsage[Field] | undefined;
}): TokenUsage {
  const { inputTokens = 0, outputTokens = 0, cacheReadTokens = 0, cacheWriteTokens = 0, cost = null } = known;
  const totalTokens = known.totalTokens ?? inputTokens + outputTokens + cacheReadTokens + cacheWriteTokens;
  return { inputTokens, outputTokens, cacheReadTokens, cacheWriteTokens, totalTokens, cost };
}
