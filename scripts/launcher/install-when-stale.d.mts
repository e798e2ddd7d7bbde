/** Runs `npm ci` in `root` unless the installed packages already match `package-lock.json`. */
export function installWhenStale(root: string, env: Record<string, string | undefined>): void;
