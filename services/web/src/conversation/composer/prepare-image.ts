// Makes a picture fit for a prompt: at most 1568 px on the longer side, about 1 MB, a type every model reads.
import type { DraftImage } from '../../data/drafts.ts';

/** Larger pictures are scaled down by the models themselves: more pixels cost and bring nothing. */
export const MAX_SIDE = 1568;
export const MAX_BYTES = 1_000_000;
const QUALITIES = [0.92, 0.82, 0.7, 0.55, 0.4];

type MimeType = DraftImage['mimeType'];
const ACCEPTED: readonly string[] = [
  'image/png',
  'image/jpeg',
  'image/gif',
  'image/webp',
] satisfies MimeType[];

/** The chosen file is no picture the browser can read. */
export class NoPicture extends Error {
  readonly code = 'no-picture';
  constructor(name: string) {
    super(`“${name}” is not a picture this browser can read. PNG, JPEG, GIF and WebP work everywhere.`);
    this.name = 'NoPicture';
  }
}

/** Throws NoPicture. */
export async function prepareImage(file: File): Promise<DraftImage> {
  const bitmap = await createImageBitmap(file).catch(() => null);
  if (!bitmap) throw new NoPicture(file.name);
  try {
    const fits = Math.max(bitmap.width, bitmap.height) <= MAX_SIDE && file.size <= MAX_BYTES;
    const blob = fits && ACCEPTED.includes(file.type) ? file : await shrink(bitmap);
    return {
      id: crypto.getRandomValues(new Uint32Array(2)).join('-'),
      blob,
      mimeType: blob.type as MimeType,
    };
  } finally {
    bitmap.close();
  }
}

/** Width and height scaled so that the longer side is at most MAX_SIDE. */
export function fitted(width: number, height: number): { width: number; height: number } {
  const scale = Math.min(1, MAX_SIDE / Math.max(width, height));
  return { width: Math.max(1, Math.round(width * scale)), height: Math.max(1, Math.round(height * scale)) };
}

async function shrink(bitmap: ImageBitmap): Promise<Blob> {
  const { width, height } = fitted(bitmap.width, bitmap.height);
  const canvas = Object.assign(document.createElement('canvas'), { width, height });
  const context = canvas.getContext('2d');
  if (!context) throw new Error('This browser gave no canvas to shrink the picture on.');
  // JPEG knows no transparency: what shows through is white, as on paper.
  context.fillStyle = '#ffffff';
  context.fillRect(0, 0, width, height);
  context.drawImage(bitmap, 0, 0, width, height);
  let smallest = await encode(canvas, 1);
  for (const quality of QUALITIES) {
    smallest = await encode(canvas, quality);
    if (smallest.size <= MAX_BYTES) break;
  }
  return smallest;
}

function encode(canvas: HTMLCanvasElement, quality: number): Promise<Blob> {
  return new Promise((resolve, reject) => {
    canvas.toBlob(
      (blob) => (blob ? resolve(blob) : reject(new Error('The picture could not be shrunk.'))),
      'image/jpeg',
      quality,
    );
  });
}

/** The bytes as base64, as prompts carry them. */
export async function base64Of(blob: Blob): Promise<string> {
  const bytes = new Uint8Array(await blob.arrayBuffer());
  let text = '';
  for (let at = 0; at < bytes.length; at += CHUNK)
    text += String.fromCharCode(...bytes.subarray(at, at + CHUNK));
  return btoa(text);
}

/** Arguments per call stay well below every engine's limit. */
const CHUNK = 8192;
