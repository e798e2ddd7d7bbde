/** A written prompt as the machine takes it. */
import type { Prompt } from '@spectral/proto/wire';
import type { OutgoingPrompt } from '../conversation/composer/composer-props.ts';
import { base64Of } from '../conversation/composer/prepare-image.ts';

export async function promptOf({ text, images, mode, modelId, loop }: OutgoingPrompt): Promise<Prompt> {
  const encoded = await Promise.all(
    images.map(async ({ blob, mimeType }) => ({ mimeType, data: await base64Of(blob) })),
  );
  return {
    content: text,
    mode,
    ...(encoded.length > 0 ? { images: encoded } : {}),
    ...(modelId === null ? {} : { modelId }),
    ...(loop.on
      ? {
          loop: true,
          loopMaxIterations: loop.maxIterations,
          ...(loop.goal === '' ? {} : { loopGoal: loop.goal }),
        }
      : {}),
  };
}
