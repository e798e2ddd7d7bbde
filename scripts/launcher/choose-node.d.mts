/** Path of the Node to use; throws `Stop` when there is none. */
export function chooseNode(
  root: string,
  current: { version: string; execPath: string; platform: string; arch: string },
  env: Record<string, string | undefined>,
): string;
