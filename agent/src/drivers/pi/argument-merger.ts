/** What a dialect of streamed answers implements to have its tool arguments gathered. */
import type { ServerSentEvent } from './server-sent-events.ts';

/** Decides over one event: the text to pass on now, empty when it is held back. */
export interface ArgumentMerger {
  take(event: ServerSentEvent): string;
  /** Whether anything is held back. */
  holds(): boolean;
  /** What is still held when the stream ends. */
  flush(): string;
}
