/** Bounds a wait on pi: whatever it does, the daemon goes on. */

/** True when `work` ended (well or not) within `limitMs`. Its failure is told to `onError`, even when late. */
export async function endedWithin(
  work: Promise<unknown>,
  limitMs: number,
  onError: (error: unknown) => void,
): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<boolean>((resolve) => {
    timer = setTimeout(() => resolve(false), limitMs);
  });
  const ended = work.then(
    () => true,
    (error: unknown) => {
      onError(error);
      return true;
    },
  );
  try {
    return await Promise.race([ended, late]);
  } finally {
    clearTimeout(timer);
  }
}
