/** A response body that fails when its sender falls silent, and that may be rewritten as it passes. */
import type { TextFilter } from './argument-merging.ts';

/** How a stall begins to be told; pi hands failures on as text only, so it is known again by these words. */
export const STALLED_WORDS = 'The model sent nothing for';

/** The model's stream stopped without ending. Its words avoid those which make pi try again by itself. */
export class ModelStalled extends Error {
  readonly code = 'model-stalled';
  constructor(silenceMs: number) {
    super(
      `${STALLED_WORDS} ${Math.round(silenceMs / 1000)} s, so the request was given up. Send the prompt again, or choose another model.`,
    );
    this.name = 'ModelStalled';
  }
}

/**
 * Passes `source` through `filter`, one text piece at a time and only as fast as it is read. Errors with ModelStalled
 * after `silenceMs` without a byte; the source is cancelled then, and when the reader leaves.
 */
export function watchBody(
  source: ReadableStream<Uint8Array>,
  filter: TextFilter,
  silenceMs: number,
): ReadableStream<Uint8Array> {
  const reader = source.getReader();
  const decoder = new TextDecoder();
  const encoder = new TextEncoder();
  let timer: NodeJS.Timeout | undefined;

  const leave = (reason: unknown): void => {
    clearTimeout(timer);
    // The connection is closed either way; what its closing says matters to nobody.
    reader.cancel(reason).catch(() => {});
  };

  return new ReadableStream<Uint8Array>({
    start(controller) {
      timer = setTimeout(() => {
        const stalled = new ModelStalled(silenceMs);
        controller.error(stalled);
        leave(stalled);
      }, silenceMs);
    },
    async pull(controller) {
      for (;;) {
        const { done, value } = await reader.read();
        if (done) {
          clearTimeout(timer);
          closeWith(controller, encoder.encode(filter.take(decoder.decode()) + filter.end()));
          return;
        }
        timer?.refresh();
        if (filter.passes(value)) return controller.enqueue(value);
        const text = filter.take(decoder.decode(value, { stream: true }));
        if (text === '') continue;
        controller.enqueue(encoder.encode(text));
        return;
      }
    },
    cancel: leave,
  });
}

/** A stream given up by the timer is in error already; closing it again would throw. */
function closeWith(controller: ReadableStreamDefaultController<Uint8Array>, rest: Uint8Array): void {
  if (controller.desiredSize === null) return;
  if (rest.byteLength > 0) controller.enqueue(rest);
  controller.close();
}
