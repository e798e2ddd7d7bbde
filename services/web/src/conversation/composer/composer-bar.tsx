// The line below the field: images, model, loop on the left; send, steer, stop on the right.
import { useRef } from 'react';
import type { PromptMode } from '@spectral/proto/wire';
import { Button, IconButton } from '../../design/button.tsx';
import { Icon } from '../../design/icon.tsx';
import type { ComposerProps } from './composer-props.ts';
import type { LoopChoice } from './loop-choice.ts';
import { LoopControl } from './loop-control.tsx';
import { ModelPicker } from './model-picker.tsx';

interface ComposerBarProps extends Pick<
  ComposerProps,
  'running' | 'unreachable' | 'models' | 'modelId' | 'onModel' | 'loop'
> {
  empty: boolean;
  loopChoice: LoopChoice;
  onLoopChoice: (choice: LoopChoice) => void;
  onFiles: (files: readonly File[]) => void;
  onSendAs: (mode: PromptMode) => void;
  onStopNow: () => void;
  onStopLoopNow: () => void;
}

export function ComposerBar(props: ComposerBarProps) {
  return (
    <div className="composer-bar">
      <ImageButton onFiles={props.onFiles} />
      <ModelPicker models={props.models} modelId={props.modelId} onModel={props.onModel} />
      <LoopControl
        loop={props.loop}
        choice={props.loopChoice}
        onChoice={props.onLoopChoice}
        onStop={props.onStopLoopNow}
      />
      <span className="composer-space" />
      <SendButtons {...props} />
    </div>
  );
}

function ImageButton({ onFiles }: { onFiles: (files: readonly File[]) => void }) {
  const input = useRef<HTMLInputElement>(null);
  return (
    <>
      <button
        type="button"
        className="composer-tool"
        aria-label="Add images"
        title="Add images"
        onClick={() => input.current?.click()}
      >
        <Icon name="image" />
      </button>
      <input
        ref={input}
        type="file"
        accept="image/*"
        multiple
        hidden
        onChange={(event) => {
          onFiles([...(event.target.files ?? [])]);
          event.target.value = '';
        }}
      />
    </>
  );
}

function SendButtons({ running, unreachable, empty, onSendAs, onStopNow }: ComposerBarProps) {
  const off = empty || unreachable !== null;
  if (!running) {
    return (
      <button
        type="button"
        className="send-button"
        aria-label="Send"
        title="Send (Enter)"
        disabled={off}
        onClick={() => onSendAs('queue')}
      >
        <Icon name="arrow-up" size={18} />
      </button>
    );
  }
  return (
    <>
      {!empty && (
        <>
          <Button
            tone="quiet"
            icon="steer"
            disabled={off}
            onClick={() => onSendAs('steer')}
            title="Reaches the agent after its current tool"
          >
            Steer
          </Button>
          <Button
            icon="clock"
            disabled={off}
            onClick={() => onSendAs('queue')}
            title="Waits for the end of the turn (Enter)"
          >
            Queue
          </Button>
        </>
      )}
      <IconButton tone="plain" icon="stop" label="Stop (Esc)" onClick={onStopNow} />
    </>
  );
}
