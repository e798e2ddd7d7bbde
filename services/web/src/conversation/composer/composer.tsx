// Where prompts are written: text, images, model, loop mode; sends, queues, steers, stops.
import { useEffect, useRef, useState, type ClipboardEvent, type DragEvent, type KeyboardEvent } from 'react';
import type { PromptMode, QueuedPrompt } from '@spectral/proto/wire';
import { EMPTY_DRAFT, type Draft } from '../../data/drafts.ts';
import { messageOf } from '../../data/failure.ts';
import { useStore, type Store } from '../../data/store.ts';
import { Notice } from '../../design/notice.tsx';
import { IconButton } from '../../design/button.tsx';
import { Attachments } from './attachments.tsx';
import { ComposerBar } from './composer-bar.tsx';
import { GrowingField } from './growing-field.tsx';
import type { ComposerProps } from './composer-props.ts';
import { NO_LOOP, type LoopChoice } from './loop-choice.ts';
import { prepareImage } from './prepare-image.ts';
import { QueueChips } from './queue-chips.tsx';
import './composer.css';

export function Composer(props: ComposerProps) {
  const { draft: store, running, unreachable, onSend, onStop } = props;
  const draft = useStore(store);
  const field = useRef<HTMLTextAreaElement>(null);
  const [fault, setFault] = useState<string | null>(null);
  const [dragged, setDragged] = useState(false);
  const [loop, setLoop] = useState<LoopChoice>(NO_LOOP);

  const attempt = (action: Promise<void>) => {
    setFault(null);
    action.catch((error: unknown) => setFault(messageOf(error)));
  };
  const addImages = async (files: readonly File[]) => {
    const images = await Promise.all(files.map(prepareImage));
    store.set({ ...store.get(), images: [...store.get().images, ...images] });
  };
  const send = async (mode: PromptMode) => {
    const sent = store.get();
    if (unreachable !== null || (sent.text.trim() === '' && sent.images.length === 0)) return;
    store.set(EMPTY_DRAFT);
    setLoop(NO_LOOP);
    try {
      await onSend({ ...sent, mode, modelId: props.modelId, loop });
    } catch (error) {
      store.set(joined(sent, store.get()));
      throw error;
    }
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.nativeEvent.isComposing) return;
    if (event.key === 'Enter' && !event.shiftKey && !event.altKey) {
      event.preventDefault();
      attempt(send(running && (event.metaKey || event.ctrlKey) ? 'steer' : 'queue'));
    } else if (event.key === 'Escape' && running) {
      event.preventDefault();
      attempt(onStop());
    }
  };
  const onPaste = (event: ClipboardEvent) => {
    const files = picturesIn(event.clipboardData);
    if (files.length === 0) return;
    event.preventDefault();
    attempt(addImages(files));
  };
  const onDrop = (event: DragEvent) => {
    event.preventDefault();
    setDragged(false);
    attempt(addImages([...event.dataTransfer.files]));
  };

  useFocusOnOpen(field);

  return (
    <div className="composer-dock">
      {fault && (
        <Notice
          tone="bad"
          action={<IconButton icon="close" label="Dismiss" onClick={() => setFault(null)} />}
        >
          {fault}
        </Notice>
      )}
      {unreachable !== null && (
        <p className="composer-offline" role="status">
          <span className="dot" aria-hidden="true" />
          {unreachable} Your draft is kept; send it when the machine is back.
        </p>
      )}
      <QueueChips
        queue={props.queue}
        onTakeBack={(prompt) => attempt(takeBack(prompt, props.onTakeBack, store))}
      />
      {/* Pictures may be dropped anywhere on it; by keyboard they are pasted or chosen with the button. */}
      {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-element-interactions */}
      <section
        className={dragged ? 'composer composer-dragged' : 'composer'}
        aria-label="Prompt"
        onDragOver={(event) => {
          event.preventDefault();
          setDragged(true);
        }}
        onDragLeave={() => setDragged(false)}
        onDrop={onDrop}
      >
        <Attachments
          images={draft.images}
          onRemove={(id) => store.set({ ...draft, images: draft.images.filter((image) => image.id !== id) })}
        />
        <GrowingField
          ref={field}
          value={draft.text}
          label="Prompt for the agent"
          placeholder={
            running ? 'Queue a follow-up, or steer the running turn' : 'Ask the agent to do something'
          }
          onChange={(text) => store.set({ ...draft, text })}
          onKeyDown={onKeyDown}
          onPaste={onPaste}
        />
        <ComposerBar
          {...props}
          empty={draft.text.trim() === '' && draft.images.length === 0}
          loopChoice={loop}
          onLoopChoice={setLoop}
          onFiles={(files) => attempt(addImages(files))}
          onSendAs={(mode) => attempt(send(mode))}
          onStopNow={() => attempt(onStop())}
          onStopLoopNow={() => attempt(props.onStopLoop())}
        />
      </section>
    </div>
  );
}

/** What came back after a failure, before what was typed meanwhile. */
function joined(sent: Draft, typed: Draft): Draft {
  const text = [sent.text, typed.text].filter((part) => part !== '').join('\n');
  return { text, images: [...sent.images, ...typed.images] };
}

/** A prompt taken back returns to the field, so that nothing written is lost. */
async function takeBack(
  prompt: QueuedPrompt,
  take: ComposerProps['onTakeBack'],
  store: Store<Draft>,
): Promise<void> {
  await take(prompt);
  store.set(joined({ text: prompt.content, images: [] }, store.get()));
}

function picturesIn(data: DataTransfer): File[] {
  return [...data.files].filter((file) => file.type.startsWith('image/'));
}

/** Not where a touch keyboard would cover half the conversation. */
function useFocusOnOpen(field: React.RefObject<HTMLTextAreaElement | null>): void {
  useEffect(() => {
    if (window.matchMedia('(pointer: fine)').matches) field.current?.focus();
  }, [field]);
}
