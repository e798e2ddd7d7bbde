// The images of a prompt that is being written.
import type { DraftImage } from '../../data/drafts.ts';
import { bytesText } from '../../design/amounts.ts';
import { Icon } from '../../design/icon.tsx';
import { Picture } from '../../design/picture.tsx';

export function Attachments({
  images,
  onRemove,
}: {
  images: readonly DraftImage[];
  onRemove: (id: string) => void;
}) {
  if (images.length === 0) return null;
  return (
    <ul className="attachments" aria-label="Images">
      {images.map((image, index) => (
        <li key={image.id}>
          <Picture blob={image.blob} label={`Image ${index + 1}, ${bytesText(image.blob.size)}`} />
          <button type="button" aria-label={`Remove image ${index + 1}`} onClick={() => onRemove(image.id)}>
            <Icon name="close" size={13} />
          </button>
        </li>
      ))}
    </ul>
  );
}
