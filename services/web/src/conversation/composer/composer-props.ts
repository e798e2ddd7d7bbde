/** What the composer is given, and what it hands over. */
import type { LoopInfo, Model, PromptMode, QueuedPrompt } from '@spectral/proto/wire';
import type { Draft } from '../../data/drafts.ts';
import type { Store } from '../../data/store.ts';
import type { LoopChoice } from './loop-choice.ts';

export interface OutgoingPrompt extends Draft {
  readonly mode: PromptMode;
  readonly modelId: string | null;
  readonly loop: LoopChoice;
}

export interface ComposerProps {
  draft: Store<Draft>;
  running: boolean;
  /** Null when the machine can be reached; else why it cannot. */
  unreachable: string | null;
  models: readonly Model[];
  modelId: string | null;
  onModel: (modelId: string) => void;
  queue: readonly QueuedPrompt[];
  loop: LoopInfo | null;
  /** Rejects when the machine did not take it; the text is then put back. */
  onSend: (prompt: OutgoingPrompt) => Promise<void>;
  onStop: () => Promise<void>;
  onTakeBack: (prompt: QueuedPrompt) => Promise<void>;
  onStopLoop: () => Promise<void>;
}
