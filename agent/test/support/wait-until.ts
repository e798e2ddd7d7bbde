/** Waits on a condition with a bound. */

/** Resolves with the first value that is neither false nor null nor undefined. Rejects, naming `what`, after `limitMs`. */
export async function waitUntil<T>(
  what: string,
  read: () => T | false | null | undefined | Promise<T | false | null | undefined>,
  limitMs = 5000,
): Promise<T> {
  const end = Date.now() + limitMs;
  for (;;) {
    const value = await read();
    if (value !== false && value !== null && value !== undefined) return value;
    if (Date.now() > end) throw new Error(`waited ${limitMs} ms in vain until ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
