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
}

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
  };
}
