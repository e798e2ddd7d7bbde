/** Model policies of a fleet's operator: lists of patterns, turned into the base models a team is granted. Pure. */
import type { FleetPolicy } from '@spectral/proto/wire';

/** The granted ones of `modelIds`, in their order, and the patterns that match none of them. */
export function grantsUnder(
  { allow, deny }: FleetPolicy,
  modelIds: readonly string[],
): { granted: string[]; unmatched: string[] } {
  const matchesAny = (patterns: readonly string[], id: string) =>
    patterns.some((pattern) => matches(pattern, id));
  return {
    granted: modelIds.filter((id) => matchesAny(allow, id) && !matchesAny(deny, id)),
    unmatched: [...new Set([...allow, ...deny])].filter(
      (pattern) => !modelIds.some((id) => matches(pattern, id)),
    ),
  };
}

/** `*` stands for any text, everything else for itself. */
function matches(pattern: string, id: string): boolean {
  const [first = '', ...rest] = pattern.split('*');
  const last = rest.pop();
  if (last === undefined) return pattern === id;
  if (!id.startsWith(first) || id.length < first.length + last.length || !id.endsWith(last)) return false;
  const middle = id.slice(first.length, id.length - last.length);
  return holdsInOrder(middle, rest);
}

function holdsInOrder(text: string, parts: readonly string[]): boolean {
  let from = 0;
  for (const part of parts) {
    const at = text.indexOf(part, from);
    if (at < 0) return false;
    from = at + part.length;
  }
  return true;
}
