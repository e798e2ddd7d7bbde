/**
 * Gathers the pieces of a tool call's arguments into one before pi sees them.
 *
 * pi parses all text received so far at every piece, so that 100 kB in pieces of 20 characters cost 8 s of CPU
 * (docs/decisions/0021-tool-argument-merging.md). Nothing is shown of half an argument, so nothing is lost by waiting
 * for its end; every other event passes unchanged and in order.
 */
import type { ModelApi } from '@spectral/proto/wire';
import { mergeAnthropicArguments } from './anthropic-arguments.ts';
import { mergeOpenAiArguments } from './openai-arguments.ts';
import { createEventCutter } from './server-sent-events.ts';

export interface TextFilter {
  take(text: string): string;
  end(): string;
  /** Whether these bytes would pass unchanged, so that they need not be read as text; false when in doubt. */
  passes(bytes: Uint8Array): boolean;
}

/** What every piece of arguments contains in its dialect. */
const MARK: Readonly<Record<ModelApi, string>> = {
  'anthropic-messages': 'input_json_delta',
  'openai-completions': 'tool_calls',
};

/** A filter over the body of one streamed answer of `api`. */
export function createArgumentFilter(api: ModelApi): TextFilter {
  const cutter = createEventCutter();
  const merger = api === 'anthropic-messages' ? mergeAnthropicArguments() : mergeOpenAiArguments();
  return {
    take: (text) =>
      cutter
        .take(text)
        .map((event) => merger.take(event))
        .join(''),
    end: () => merger.flush() + cutter.rest(),
    passes(bytes) {
      if (cutter.rest() !== '' || merger.holds()) return false;
      const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
      return buffer.at(-1) === LINE_FEED && buffer.at(-2) === LINE_FEED && !buffer.includes(MARK[api]);
    },
  };
}

const LINE_FEED = 10;
