/** What a key means in the composer's field. Pure. */

export interface FieldKey {
  readonly key: string;
  readonly shiftKey: boolean;
  readonly altKey: boolean;
  readonly metaKey: boolean;
  readonly ctrlKey: boolean;
  /** An input method is composing: its Enter chooses a word. */
  readonly isComposing: boolean;
}

/** Null: the key is the field's own. */
export function fieldAction(press: FieldKey, running: boolean): 'queue' | 'steer' | 'stop' | null {
  if (press.isComposing) return null;
  if (press.key === 'Escape') return running ? 'stop' : null;
  if (press.key !== 'Enter' || press.shiftKey || press.altKey) return null;
  return running && (press.metaKey || press.ctrlKey) ? 'steer' : 'queue';
}
