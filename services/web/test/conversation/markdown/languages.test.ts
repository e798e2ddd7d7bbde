import assert from 'node:assert/strict';
import { languageOf } from '../../../src/conversation/markdown/languages.ts';

describe('languages of code', () => {
  it('a fence’s name, an alias and an extension are found', () => {
    assert.equal(languageOf('typescript'), 'typescript');
    assert.equal(languageOf('TS'), 'typescript');
    assert.equal(languageOf('sh title="x"'), 'bash');
    assert.equal(languageOf('yml'), 'yaml');
  });

  it('an unknown name, also one of an object’s own, has no colours', () => {
    assert.equal(languageOf('klingon'), null);
    assert.equal(languageOf('constructor'), null);
    assert.equal(languageOf(''), null);
  });
});
