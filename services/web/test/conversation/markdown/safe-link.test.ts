import assert from 'node:assert/strict';
import { safeLink } from '../../../src/conversation/markdown/safe-link.ts';

describe('safe link', () => {
  for (const href of ['https://example.com/a?b=c', 'http://example.com/', 'mailto:ada@example.com']) {
    it(`${href} may be a link`, () => assert.equal(safeLink(href), href));
  }
  for (const href of [
    'javascript:alert(1)',
    'JaVaScRiPt:alert(1)',
    ' javascript:alert(1)',
    'java\tscript:alert(1)',
    'data:text/html,<script>alert(1)</script>',
    'vbscript:x',
    'file:///etc/passwd',
    'blob:https://example.com/1',
    '/settings',
    '//evil.example',
    'no address at all',
    '',
  ]) {
    it(`${JSON.stringify(href)} stays text`, () => assert.equal(safeLink(href), null));
  }
});
