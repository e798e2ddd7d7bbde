/** Removes the data directory and build outputs; throws `Stop` when that would harm. */
export function clean(root: string, env: Record<string, string | undefined>): number;
