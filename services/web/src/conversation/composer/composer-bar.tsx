// The line below the field: images, model, loop on the left; send, steer, stop on the right.
import { useRef } from 'react';
import { Button, IconButton } from '../../design/button.tsx';
import { Icon } from '../../design/icon.tsx';
import type { ComposerProps } from './composer-props.ts';
import { LoopControl } from './loop-control.tsx';
import { ModelPicker } from './model-picker.tsx';
import type { ComposerActions } from './use-composer.ts';

interface ComposerBarProps extends Pick<
  ComposerProps,
  'running' | 'unreachable' | 'models' | 'modelId' | 'onModel' | 'loop'
> {
  composer: ComposerActions;
}

export function ComposerBar(props: ComposerBarProps) {
  const { composer } = props;
  return (
    <div className="composer-bar">
      <ImageButton onFiles={composer.addImages} />
      <ModelPicker models={props.models} modelId={props.modelId} onModel={props.onModel} />
      <LoopControl
        loop={props.loop}
        choice={composer.loop}
        onChoice={composer.setLoop}
        onStop={composer.stopLoop}
      />
      <span className="composer-space" />
      {props.running ? <RunningButtons {...props} /> : <SendButton {...props} />}
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

function SendButton({ unreachable, composer }: ComposerBarProps) {
  return (
    <button
      type="button"
      className="send-button"
      aria-label="Send"
      title="Send (Enter)"
      disabled={composer.isEmpty || composer.isWaiting || unreachable !== null}
      onClick={() => composer.send('queue')}
    >
      <Icon name="arrow-up" size={18} />
    </button>
  );
}

/** While a turn runs: what is written can wait for its end or reach it; and it can be stopped. */
function RunningButtons({ unreachable, composer }: ComposerBarProps) {
  const off = unreachable !== null;
  return (
    <>
      {!composer.isEmpty && (
        <>
          <Button
            tone="quiet"
            icon="steer"
            disabled={off}
            onClick={() => composer.send('steer')}
            title="Reaches the agent after its current tool"
          >
            Steer
          </Button>
          <Button
            icon="clock"
            disabled={off}
            onClick={() => composer.send('queue')}
            title="Waits for the end of the turn (Enter)"
          >
            Queue
          </Button>
        </>
      )}
      <IconButton tone="plain" icon="stop" label="Stop (Esc)" onClick={composer.stop} />
    </>
  );
}
