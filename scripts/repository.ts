// Where the repository is, for every script that names a file in it.

import { dirname } from 'node:path';

/** Absolute path of the repository's root folder. */
export const repositoryRoot = dirname(import.meta.dirname);
