// Reads what a values file says of its own keys: the comment above each.

import { isMap, isScalar, parseDocument, type YAMLMap } from 'yaml';

/** One key of a values file. */
export interface ValueComment {
  /** Such as `gateway.image.tag`. */
  readonly path: string;
  /** The comment above it, on one line; empty when there is none. */
  readonly text: string;
  /** Its value. A map with keys of its own has a section and no default. */
  readonly value: unknown;
  readonly isSection: boolean;
}

/** Whose keys are data and not settings: their keys have no comments. */
const DATA_KEYS = ['requests', 'limits', 'labels'];

/** All keys in the order of the file. Throws when the text is no YAML map. */
export function valueComments(text: string): ValueComment[] {
  const document = parseDocument(text, { keepSourceTokens: true });
  if (document.errors.length > 0 || !isMap(document.contents)) throw new Error('a values file is a YAML map');
  // The first key's comment belongs to the document when a blank line or nothing stands before it.
  return commentsIn(document.contents, '', document.commentBefore ?? document.contents.commentBefore ?? '');
}

function commentsIn(map: YAMLMap, prefix: string, firstComment: string): ValueComment[] {
  return map.items.flatMap((pair, index) => {
    const { key, value } = pair;
    if (!isScalar(key)) return [];
    const path = `${prefix}${String(key.value)}`;
    const text = oneLine(key.commentBefore ?? (index === 0 ? firstComment : ''));
    const inner = isMap(value) && hasSettings(value) ? value : null;
    const entry = {
      path,
      text,
      value: isMap(value) ? value.toJSON() : jsonOf(value),
      isSection: inner !== null,
    };
    return [entry, ...(inner ? commentsIn(inner, `${path}.`, inner.commentBefore ?? '') : [])];
  });
}

function hasSettings(map: YAMLMap): boolean {
  return map.items.length > 0 && !map.flow && !map.items.every(({ key }) => DATA_KEYS.includes(String(key)));
}

function jsonOf(node: unknown): unknown {
  return node !== null && typeof node === 'object' && 'toJSON' in node && typeof node.toJSON === 'function'
    ? (node.toJSON() as unknown)
    : node;
}

function oneLine(comment: string): string {
  return comment
    .split('\n')
    .map((line) => line.trim())
    .filter(Boolean)
    .join(' ');
}
