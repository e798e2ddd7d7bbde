// A person's prompt, with its images.
import { clockText } from '../../design/amounts.ts';
import { Icon } from '../../design/icon.tsx';
import { PromptImage } from './prompt-image.tsx';
import type { PromptRow } from './row.ts';

export function PromptView({ row, userId }: { row: PromptRow; userId: string }) {
  const other = row.actor !== null && row.actor.userId !== userId ? row.actor.name : null;
  return (
    <article
      className={row.sending ? 'prompt prompt-sending' : 'prompt'}
      aria-label={other ? `Prompt of ${other}` : 'Your prompt'}
    >
      {(other || row.mode === 'steer') && (
        <p className="prompt-by">
          {other}
          {row.mode === 'steer' && (
            <span className="prompt-steer">
              <Icon name="steer" size={13} /> steered
            </span>
          )}
        </p>
      )}
      {row.images.length > 0 && (
        <div className="prompt-images">
          {row.images.map((image) => (
            <PromptImage key={image.id} image={image} />
          ))}
        </div>
      )}
      {row.content && <p className="prompt-text">{row.content}</p>}
      <p className="prompt-time numbers" role={row.sending ? 'status' : undefined}>
        {row.sending ? 'Sending …' : clockText(row.at)}
      </p>
    </article>
  );
}
