/** Lengths of time as the specs write them. */

const UNIT_MS: Readonly<Record<string, number>> = { h: 3_600_000, m: 60_000, s: 1_000 };

/** Milliseconds of a text such as `1h30m`; null when it is none. */
export function durationMs(text: string): number | null {
  if (!/^([0-9]{1,5}[hms])+$/.test(text)) return null;
  const parts = text.matchAll(/([0-9]+)([hms])/g);
  return [...parts].reduce((sum, [, count, unit = '']) => sum + Number(count) * (UNIT_MS[unit] ?? 0), 0);
}

/** The same for a text that a schema has checked. Throws a TypeError for another. */
export function millisecondsOf(text: string): number {
  const ms = durationMs(text);
  if (ms === null) throw new TypeError(`"${text}" is no length of time such as 90s, 30m or 1h30m`);
  return ms;
}
