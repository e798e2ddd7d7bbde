// Loads an image of the open session from the machine, once.
import { createContext, useContext } from 'react';

export type LoadImage = (imageId: string) => Promise<Blob>;

export const ImageLoaderContext = createContext<LoadImage>(() =>
  Promise.reject(new Error('no session is open')),
);

export function useImageLoader(): LoadImage {
  return useContext(ImageLoaderContext);
}
