// An image of a prompt: its bytes come from the machine when it is seen; a click enlarges it.
import { useEffect, useState } from 'react';
import type { ImageRef } from '@spectral/proto/wire';
import { bytesText } from '../../design/amounts.ts';
import { Dialog } from '../../design/dialog.tsx';
import { Picture } from '../../design/picture.tsx';
import { useImageLoader } from '../image-loader.ts';

export function PromptImage({ image }: { image: ImageRef }) {
  const load = useImageLoader();
  const [blob, setBlob] = useState<Blob | 'failed' | null>(null);
  const [large, setLarge] = useState(false);

  useEffect(() => {
    let wanted = true;
    load(image.id).then(
      (loaded) => wanted && setBlob(loaded),
      () => wanted && setBlob('failed'),
    );
    return () => void (wanted = false);
  }, [image.id, load]);

  if (blob === 'failed') {
    return (
      <span className="prompt-image prompt-image-gone">
        Image of {bytesText(image.bytes)}: the machine did not send it.
      </span>
    );
  }
  if (!blob) return <span className="prompt-image" role="img" aria-label="Image, loading" />;
  return (
    <>
      <button
        type="button"
        className="prompt-image"
        aria-label="Enlarge image"
        onClick={() => setLarge(true)}
      >
        <Picture blob={blob} label="Image of the prompt" />
      </button>
      <Dialog open={large} kind="wide" title="Image" onClose={() => setLarge(false)}>
        <Picture blob={blob} label="Image of the prompt" large />
      </Dialog>
    </>
  );
}
