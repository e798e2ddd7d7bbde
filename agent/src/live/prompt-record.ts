/** From a prompt as it was sent to what is kept of it. */
import { randomUUID } from 'node:crypto';
import {
  BadInput,
  MAX_LOOP_ITERATIONS,
  MAX_PROMPT_IMAGE_CHARS,
  type Actor,
  type Prompt,
} from '@spectral/proto/wire';
import type { StoredImage } from '../store/images.ts';
import type { PromptRecord } from '../store/prompts.ts';

const BASE64 = /^[A-Za-z0-9+/]*={0,2}$/;

/** The bytes of a prompt's images. Throws BadInput for what is no base64, or too much of it. */
export function decodeImages(
  images: NonNullable<Prompt['images']>,
  newId: () => string = randomUUID,
): StoredImage[] {
  const chars = images.reduce((sum, image) => sum + image.data.length, 0);
  if (chars > MAX_PROMPT_IMAGE_CHARS) {
    throw new BadInput(
      `images of a prompt have at most ${MAX_PROMPT_IMAGE_CHARS} base64 characters, got ${chars}`,
      'images',
    );
  }
  return images.map(({ mimeType, data }, index) => {
    if (!BASE64.test(data)) throw new BadInput(`images.${index}.data is not base64`, `images.${index}.data`);
    return { id: newId(), mimeType, data: Buffer.from(data, 'base64') };
  });
}

/** Throws BadInput for a prompt without text and images. */
export function promptRecordOf(
  wanted: Prompt,
  id: string,
  actor: Actor | null,
  images: readonly StoredImage[],
): PromptRecord {
  if (wanted.content.trim() === '' && images.length === 0) {
    throw new BadInput('prompt: expected text or an image, got neither', 'content');
  }
  return {
    id,
    content: wanted.content,
    images: images.map((image) => ({ id: image.id, mimeType: image.mimeType, bytes: image.data.length })),
    modelId: wanted.modelId ?? null,
    mode: wanted.mode ?? 'queue',
    actor,
    loop: wanted.loop
      ? { goal: wanted.loopGoal ?? '', max: wanted.loopMaxIterations ?? MAX_LOOP_ITERATIONS }
      : null,
  };
}
