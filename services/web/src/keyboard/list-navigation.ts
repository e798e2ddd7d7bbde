/** Moving through a list by arrow keys. */

interface ListKey {
  readonly key: string;
  readonly currentTarget: Element;
  preventDefault(): void;
}

/** Focuses the next or previous element of the list that matches; Home and End go to its ends. */
export function moveBetween(event: ListKey, selector: string): void {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (step === undefined && event.key !== 'Home' && event.key !== 'End') return;
  const entries = [...event.currentTarget.querySelectorAll<HTMLElement>(selector)];
  const now = entries.findIndex((entry) => entry === document.activeElement);
  if (now < 0) return;
  event.preventDefault();
  const next = step === undefined ? (event.key === 'Home' ? 0 : entries.length - 1) : now + step;
  entries[Math.min(entries.length - 1, Math.max(0, next))]?.focus();
}
