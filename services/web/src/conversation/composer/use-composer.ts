// What the composer does: sends, puts back what was refused, takes pictures in, tells what failed.
import { useState } from 'react';
import type { PromptMode, QueuedPrompt } from '@spectral/proto/wire';
import { EMPTY_DRAFT, type Draft } from '../../data/drafts.ts';
import { messageOf } from '../../data/failure.ts';
import { useStore } from '../../data/store.ts';
import type { ComingMachine, ComposerProps } from './composer-props.ts';
import { NO_LOOP, type LoopChoice } from './loop-choice.ts';
import { prepareImage } from './prepare-image.ts';

export interface ComposerActions {
  readonly draft: Draft;
  readonly isEmpty: boolean;
  /** A prompt waits for the machine; it can still be changed. */
  readonly isWaiting: boolean;
  /** Why the last action failed, or null. */
  readonly fault: string | null;
  readonly dismissFault: () => void;
  readonly loop: LoopChoice;
  readonly setLoop: (loop: LoopChoice) => void;
  readonly setText: (text: string) => void;
  readonly addImages: (files: readonly File[]) => void;
  readonly removeImage: (id: string) => void;
  readonly send: (mode: PromptMode) => void;
  readonly stop: () => void;
  readonly stopLoop: () => void;
  readonly takeBack: (prompt: QueuedPrompt) => void;
}

export function useComposer({
  draft: store,
  unreachable,
  comes,
  modelId,
  onSend,
  onStop,
  onStopLoop,
  onTakeBack,
}: ComposerProps): ComposerActions {
  const draft = useStore(store);
  const [fault, setFault] = useState<string | null>(null);
  const [loop, setLoop] = useState<LoopChoice>(NO_LOOP);
  const [isWaiting, setIsWaiting] = useState(false);

  const attempt = (action: Promise<void>) => {
    setFault(null);
    action.catch((error: unknown) => setFault(messageOf(error)));
  };
  // Until the machine is there the draft stays a draft, which a reload keeps.
  const awaitMachine = async ({ call }: ComingMachine) => {
    setIsWaiting(true);
    try {
      await call();
    } finally {
      setIsWaiting(false);
    }
  };
  const send = async (mode: PromptMode) => {
    if (unreachable !== null || isWaiting || isEmpty(store.get())) return;
    if (comes !== null) await awaitMachine(comes);
    const sent = store.get();
    if (isEmpty(sent)) return;
    store.set(EMPTY_DRAFT);
    setLoop(NO_LOOP);
    try {
      await onSend({ ...sent, mode, modelId, loop });
    } catch (error) {
      store.set(joined(sent, store.get()));
      setLoop(loop);
      throw error;
    }
  };
  const addImages = async (files: readonly File[]) => {
    const images = await Promise.all(files.map(prepareImage));
    store.set({ ...store.get(), images: [...store.get().images, ...images] });
  };
  // A prompt taken back returns to the field, so that nothing written is lost.
  const takeBack = async (prompt: QueuedPrompt) => {
    await onTakeBack(prompt);
    store.set(joined({ text: prompt.content, images: [] }, store.get()));
  };

  return {
    draft,
    isEmpty: isEmpty(draft),
    isWaiting,
    fault,
    dismissFault: () => setFault(null),
    loop,
    setLoop,
    setText: (text) => store.set({ ...store.get(), text }),
    addImages: (files) => attempt(addImages(files)),
    removeImage: (id) => store.set({ ...draft, images: draft.images.filter((image) => image.id !== id) }),
    send: (mode) => attempt(send(mode)),
    stop: () => attempt(onStop()),
    stopLoop: () => attempt(onStopLoop()),
    takeBack: (prompt) => attempt(takeBack(prompt)),
  };
}

function isEmpty({ text, images }: Draft): boolean {
  return text.trim() === '' && images.length === 0;
}

/** What came back, before what was typed meanwhile. */
function joined(back: Draft, typed: Draft): Draft {
  const text = [back.text, typed.text].filter((part) => part !== '').join('\n');
  return { text, images: [...back.images, ...typed.images] };
}
