/** Reads a unified diff into lines with their numbers. Only hunks count; headers of files are left out. */

export interface DiffLine {
  readonly kind: 'added' | 'removed' | 'context' | 'hunk';
  readonly text: string;
  /** Line numbers in the old and the new file, where the line exists there. */
  readonly before: number | null;
  readonly after: number | null;
}

export interface UnifiedDiff {
  readonly lines: readonly DiffLine[];
  readonly added: number;
  readonly removed: number;
}

const HUNK = /^@@ -(\d+)(?:,\d+)? \+(\d+)(?:,\d+)? @@ ?(.*)$/;
const NO_NEWLINE = '\\ No newline';

export function readUnifiedDiff(text: string): UnifiedDiff {
  const lines: DiffLine[] = [];
  let before = 0;
  let after = 0;
  let inHunk = false;
  for (const source of text.trimEnd().split('\n')) {
    const hunk = HUNK.exec(source);
    if (hunk) {
      before = Number(hunk[1]);
      after = Number(hunk[2]);
      inHunk = true;
      lines.push({ kind: 'hunk', text: hunk[3] ?? '', before: null, after: null });
    } else if (inHunk && !source.startsWith(NO_NEWLINE)) {
      const kind = kindOf(source);
      lines.push({
        kind,
        text: source.slice(1),
        before: kind === 'added' ? null : before,
        after: kind === 'removed' ? null : after,
      });
      if (kind !== 'added') before++;
      if (kind !== 'removed') after++;
    }
  }
  return { lines, added: count(lines, 'added'), removed: count(lines, 'removed') };
}

function kindOf(source: string): 'added' | 'removed' | 'context' {
  if (source.startsWith('+')) return 'added';
  return source.startsWith('-') ? 'removed' : 'context';
}

function count(lines: readonly DiffLine[], kind: DiffLine['kind']): number {
  return lines.filter((line) => line.kind === kind).length;
}
