/** Numbers given on the command line of a measurement, such as `--sockets 600`. */

/** The number after `--<name>`, or the fallback when it is not given. Throws for anything but a positive number. */
export function numberArgument(
  name: string,
  fallback: number,
  args: readonly string[] = process.argv.slice(2),
): number {
  const place = args.indexOf(`--${name}`);
  if (place < 0) return fallback;
  const value = Number(args[place + 1]);
  if (Number.isFinite(value) && value > 0) return value;
  throw new Error(`--${name} expects a positive number, got "${args[place + 1] ?? ''}"`);
}
