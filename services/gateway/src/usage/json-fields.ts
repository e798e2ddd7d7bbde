/** Reading providers' figures from JSON that may lack anything: a missing or odd field is undefined, never an error. */

export type Fields = Readonly<Record<string, unknown>>;

/** The value as a record; an empty one when it is none. */
export function fields(value: unknown): Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : {};
}

export function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

/** A count of tokens: a finite number of at least 0. */
export function count(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isFinite(value) && value >= 0 ? Math.round(value) : undefined;
}

export function text(value: unknown): string | null {
  return typeof value === 'string' && value !== '' ? value : null;
}

/** Parsed JSON, or undefined for broken JSON. */
export function parseLoose(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}
