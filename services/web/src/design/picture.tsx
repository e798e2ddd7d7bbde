// An image drawn on a canvas: the page's CSP allows no `blob:` or `data:` addresses, and needs none this way.
import { useEffect, useRef } from 'react';
import './picture.css';

/** The first frame of an animated one. A blob that is no image leaves the canvas empty. */
export function Picture({ blob, label, large = false }: { blob: Blob; label: string; large?: boolean }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  useEffect(() => {
    let wanted = true;
    void createImageBitmap(blob).then(
      (bitmap) => {
        if (wanted && canvas.current) draw(canvas.current, bitmap);
        bitmap.close();
      },
      () => undefined,
    );
    return () => void (wanted = false);
  }, [blob]);
  return (
    <canvas
      ref={canvas}
      role="img"
      aria-label={label}
      className={large ? 'picture picture-large' : 'picture'}
    />
  );
}

function draw(canvas: HTMLCanvasElement, bitmap: ImageBitmap): void {
  const { width, height } = bitmap;
  Object.assign(canvas, { width, height });
  canvas.getContext('2d')?.drawImage(bitmap, 0, 0);
}
