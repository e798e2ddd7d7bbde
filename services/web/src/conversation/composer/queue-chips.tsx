// Prompts that wait for the running turn; each can be taken back into the field.
import type { QueuedPrompt } from '@spectral/proto/wire';
import { Icon } from '../../design/icon.tsx';

interface QueueChipsProps {
  queue: readonly QueuedPrompt[];
  onTakeBack: (prompt: QueuedPrompt) => void;
}

export function QueueChips({ queue, onTakeBack }: QueueChipsProps) {
  if (queue.length === 0) return null;
  return (
    <ol className="queue" aria-label="Queued prompts">
      {queue.map((prompt) => (
        <li key={prompt.promptId}>
          <Icon name={prompt.mode === 'steer' ? 'steer' : 'clock'} size={14} />
          <span className="queue-word">{prompt.mode === 'steer' ? 'Steers' : 'Next'}</span>
          <span className="truncate queue-text">{prompt.content || imagesText(prompt.images)}</span>
          <button
            type="button"
            onClick={() => onTakeBack(prompt)}
            aria-label="Take this prompt back"
            title="Take back"
          >
            <Icon name="undo" size={14} />
          </button>
        </li>
      ))}
    </ol>
  );
}

function imagesText(images: number): string {
  return images === 1 ? '1 image' : `${images} images`;
}
