/** One short completion outside any session. */
import { DriverUnavailable, type CompletionRequest } from '../driver.ts';
import { readFailure } from './failure.ts';
import type { PiModels } from './pi-models.ts';

const LIMIT_MS = 60_000;

/** The answer's text. Rejects with the provider's failure, with the signal's reason, or after a minute. */
export async function complete(models: PiModels, request: CompletionRequest): Promise<string> {
  const model = models.find(request.modelId);
  if (!model) throw new DriverUnavailable(`The team has no model ${request.modelId}. Choose another.`);
  const signal = AbortSignal.any([request.signal, AbortSignal.timeout(LIMIT_MS)]);
  signal.throwIfAborted();
  const message = await models.runtime.completeSimple(
    model,
    { systemPrompt: request.system, messages: [{ role: 'user', content: request.prompt, timestamp: 0 }] },
    { maxTokens: request.maxTokens, signal, maxRetries: 1 },
  );
  signal.throwIfAborted();
  if (message.stopReason === 'error' || message.stopReason === 'aborted')
    throw new Error(readFailure(message.errorMessage).message);
  return message.content.map((block) => (block.type === 'text' ? block.text : '')).join('');
}
