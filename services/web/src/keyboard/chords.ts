/** Chords such as `mod+k`: `mod` is ⌘ on Apple keyboards and Ctrl elsewhere. */

interface KeyPress {
  readonly key: string;
  readonly metaKey: boolean;
  readonly ctrlKey: boolean;
  readonly altKey: boolean;
  readonly isComposing: boolean;
}

/** Letters and signs are matched by what the layout types, so `?` needs no `shift` in its chord. */
export function matchesChord(press: KeyPress, chord: string): boolean {
  if (press.isComposing) return false;
  const parts = chord.split('+');
  const key = parts.at(-1) ?? '';
  const mod = press.metaKey || press.ctrlKey;
  return (
    press.key.toLowerCase() === key && mod === parts.includes('mod') && press.altKey === parts.includes('alt')
  );
}

/** True where a plain letter is text and not a command. */
export function isTyping(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  return target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName);
}
