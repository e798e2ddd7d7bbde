// Images of a session's prompts, each asked for once.
import type { LoadImage } from '../conversation/image-loader.ts';

type AskForImage = (imageId: string) => Promise<{ readonly mimeType: string; readonly data: string }>;

/** A failed load is asked for again the next time. */
export function imageCache(ask: AskForImage): LoadImage {
  const loads = new Map<string, Promise<Blob>>();
  return (imageId) => {
    let load = loads.get(imageId);
    if (!load) {
      load = ask(imageId).then(blobOf);
      loads.set(imageId, load);
      load.catch(() => loads.delete(imageId));
    }
    return load;
  };
}

function blobOf({ mimeType, data }: { readonly mimeType: string; readonly data: string }): Blob {
  const bytes = Uint8Array.from(atob(data), (character) => character.charCodeAt(0));
  return new Blob([bytes], { type: mimeType });
}
