/** Which commands a query finds, best first within their groups. */
import type { Command } from './commands.ts';

const MAX_FOUND = 60;
/** Groups without a query, the most wanted first; others follow. */
const ORDER = ['This session', 'Sessions', 'Sessions and projects', 'Machines', 'Go to', 'Page'];

/** Every word of the query must be found in title or detail; the group with the best one comes first. */
export function searchCommands(commands: readonly Command[], query: string): Command[] {
  const words = query.toLowerCase().split(/\s+/).filter(Boolean);
  const found = commands
    .filter((command) => command.hidden !== true)
    .map((command) => ({ command, score: scoreOf(command, words) }))
    .filter(({ score }) => score > 0);
  const groups = [...new Set(found.map(({ command }) => command.group))].toSorted(byOrder);
  if (words.length > 0) groups.sort((one, other) => bestOf(found, other) - bestOf(found, one));
  return groups
    .flatMap((group) =>
      found
        .filter(({ command }) => command.group === group)
        .toSorted((one, other) => other.score - one.score),
    )
    .slice(0, MAX_FOUND)
    .map(({ command }) => command);
}

interface Scored {
  readonly command: Command;
  readonly score: number;
}

function byOrder(one: string, other: string): number {
  return placeOf(one) - placeOf(other);
}

function placeOf(group: string): number {
  const place = ORDER.indexOf(group);
  return place < 0 ? ORDER.length : place;
}

function bestOf(found: readonly Scored[], group: string): number {
  return Math.max(...found.filter(({ command }) => command.group === group).map(({ score }) => score));
}

/** 0: not found. A word at the beginning of a title counts most, then at the beginning of a word. */
function scoreOf({ title, detail = '' }: Command, words: readonly string[]): number {
  const name = title.toLowerCase();
  const rest = detail.toLowerCase();
  let score = 1;
  for (const word of words) {
    if (name.startsWith(word)) score += 4;
    else if (name.includes(` ${word}`)) score += 3;
    else if (name.includes(word)) score += 2;
    else if (rest.includes(word)) score += 1;
    else return 0;
  }
  return score;
}
