/** Small readings and changes of an object as plain JSON. */
import { asRecord, isRecord, type Json } from './memory-fields.ts';
import type { ObjectMeta } from './object.ts';

/** The metadata of an object; whoever stored it has checked it. */
export function metaOf(object: Json): Partial<ObjectMeta> {
  return asRecord(object.metadata);
}

/** The object with these facts in its metadata; undefined takes one out. */
export function withMeta(object: Json, facts: Json): Json {
  const meta = Object.entries({ ...asRecord(object.metadata), ...facts }).filter(
    ([, value]) => value !== undefined,
  );
  return { ...object, metadata: Object.fromEntries(meta) };
}

/** JSON merge patch (RFC 7386). */
export function mergedWith(target: unknown, patch: unknown): unknown {
  if (!isRecord(patch)) return patch;
  const merged: Record<string, unknown> = { ...asRecord(target) };
  for (const [field, value] of Object.entries(patch)) {
    if (value === null) delete merged[field];
    else merged[field] = mergedWith(merged[field], value);
  }
  return merged;
}

/** Whether the object has all these labels. */
export function hasLabels(object: Json, labels: Readonly<Record<string, string>>): boolean {
  const own = metaOf(object).labels ?? {};
  return Object.entries(labels).every(([label, value]) => own[label] === value);
}
