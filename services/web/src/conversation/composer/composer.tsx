// Where prompts are written: text, images, model, loop mode; sends, queues, steers, stops.
import {
  useEffect,
  useRef,
  useState,
  type ClipboardEvent,
  type KeyboardEvent,
  type ReactNode,
  type RefObject,
} from 'react';
import { IconButton } from '../../design/button.tsx';
import { Notice } from '../../design/notice.tsx';
import { Attachments } from './attachments.tsx';
import { ComposerBar } from './composer-bar.tsx';
import { fieldAction } from './composer-keys.ts';
import type { ComposerProps } from './composer-props.ts';
import { GrowingField } from './growing-field.tsx';
import { QueueChips } from './queue-chips.tsx';
import { useComposer } from './use-composer.ts';
import './composer.css';

export function Composer(props: ComposerProps) {
  const { running, unreachable, comes } = props;
  const composer = useComposer(props);
  const field = useRef<HTMLTextAreaElement>(null);
  useFocusOnOpen(field);

  const onKeyDown = (event: KeyboardEvent) => {
    const action = fieldAction({ ...keyOf(event), isComposing: event.nativeEvent.isComposing }, running);
    if (action === null) return;
    event.preventDefault();
    if (action === 'stop') composer.stop();
    else composer.send(action);
  };
  const onPaste = (event: ClipboardEvent) => {
    const pictures = [...event.clipboardData.files].filter((file) => file.type.startsWith('image/'));
    if (pictures.length === 0) return;
    event.preventDefault();
    composer.addImages(pictures);
  };

  return (
    <div className="composer-dock">
      {composer.fault && (
        <Notice
          tone="bad"
          action={<IconButton icon="close" label="Dismiss" onClick={composer.dismissFault} />}
        >
          {composer.fault}
        </Notice>
      )}
      {unreachable !== null && (
        <p className="composer-offline" role="status">
          <span className="dot" aria-hidden="true" />
          {unreachable} Your draft is kept; send it when the machine is back.
        </p>
      )}
      {comes !== null && (
        <p className="composer-offline" role="status">
          <span className={composer.isWaiting ? 'dot dot-wait' : 'dot'} aria-hidden="true" />
          {composer.isWaiting ? comes.waiting : comes.hint}
        </p>
      )}
      <QueueChips queue={props.queue} onTakeBack={composer.takeBack} />
      <DropZone onFiles={composer.addImages}>
        <Attachments images={composer.draft.images} onRemove={composer.removeImage} />
        <GrowingField
          ref={field}
          value={composer.draft.text}
          label="Prompt for the agent"
          placeholder={
            running ? 'Queue a follow-up, or steer the running turn' : 'Ask the agent to do something'
          }
          onChange={composer.setText}
          onKeyDown={onKeyDown}
          onPaste={onPaste}
        />
        <ComposerBar {...props} composer={composer} />
      </DropZone>
    </div>
  );
}

function keyOf({ key, shiftKey, altKey, metaKey, ctrlKey }: KeyboardEvent) {
  return { key, shiftKey, altKey, metaKey, ctrlKey };
}

/** Pictures may be dropped anywhere on it; by keyboard they are pasted or chosen with the button. */
function DropZone({ onFiles, children }: { onFiles: (files: readonly File[]) => void; children: ReactNode }) {
  const [over, setOver] = useState(false);
  return (
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-element-interactions
    <section
      className={over ? 'composer composer-dragged' : 'composer'}
      aria-label="Prompt"
      onDragOver={(event) => {
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={() => setOver(false)}
      onDrop={(event) => {
        event.preventDefault();
        setOver(false);
        onFiles([...event.dataTransfer.files]);
      }}
    >
      {children}
    </section>
  );
}

/** Not where a touch keyboard would cover half the conversation. */
function useFocusOnOpen(field: RefObject<HTMLTextAreaElement | null>): void {
  useEffect(() => {
    if (window.matchMedia('(pointer: fine)').matches) field.current?.focus();
  }, [field]);
}
