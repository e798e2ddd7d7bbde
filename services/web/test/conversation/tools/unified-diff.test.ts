import assert from 'node:assert/strict';
import { readUnifiedDiff } from '../../../src/conversation/tools/unified-diff.ts';

const DIFF = `--- a/one.ts
+++ b/one.ts
@@ -10,4 +10,5 @@ export function one() {
 same
-old
+new
+newer
 same too
@@ -40 +41 @@
--- looks like a header
+++ and this too
\\ No newline at end of file
`;

describe('unified diff', () => {
  it('numbers lines in both files and counts changes', () => {
    const { lines, added, removed } = readUnifiedDiff(DIFF);

    assert.deepEqual([added, removed], [3, 2]);
    assert.deepEqual(
      lines.slice(0, 6).map(({ kind, before, after }) => [kind, before, after]),
      [
        ['hunk', null, null],
        ['context', 10, 10],
        ['removed', 11, null],
        ['added', null, 11],
        ['added', null, 12],
        ['context', 12, 13],
      ],
    );
  });

  it('lines inside a hunk that look like headers are changes', () => {
    const { lines } = readUnifiedDiff(DIFF);

    assert.deepEqual(
      lines.slice(-2).map(({ kind, text }) => [kind, text]),
      [
        ['removed', '-- looks like a header'],
        ['added', '++ and this too'],
      ],
    );
  });

  it('text that is no diff has no lines', () => {
    assert.deepEqual(readUnifiedDiff('just words'), { lines: [], added: 0, removed: 0 });
  });
});
