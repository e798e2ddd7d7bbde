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

/** A machine that is not there and comes when it is needed. */
export interface ComingMachine {
  /** Before anything is sent, such as `builder-1 is asleep.` */
  readonly hint: string;
  /** While a prompt waits for it, such as `Waking up builder-1 …` */
  readonly waiting: string;
  /** Resolves when it is there. Rejects when it does not come; nothing is sent then. */
  readonly call: () => Promise<void>;
}

export interface ComposerProps {
  draft: Store<Draft>;
  running: boolean;
  /** Null when the machine can be reached, or comes for a prompt; else why it cannot. */
  unreachable: string | null;
  /** Null when the machine is there; else what a prompt does first, and what is said of it. */
  comes: ComingMachine | null;
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
