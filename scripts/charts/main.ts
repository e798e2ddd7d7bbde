// Writes the generated files of the charts: `npm run ts -- scripts/charts/main.ts`. A test tells when one is out of date.

import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { format } from 'prettier';
import { repositoryRoot } from '../repository.ts';
import { generatedFiles } from './generated-files.ts';

for (const { path, content } of generatedFiles(repositoryRoot)) {
  const target = join(repositoryRoot, path);
  mkdirSync(dirname(target), { recursive: true });
  const isJson = path.endsWith('.json');
  writeFileSync(target, isJson ? await format(content, { parser: 'json', printWidth: 110 }) : content);
}
