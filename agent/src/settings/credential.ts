/** What registers this machine: a login of a person or team, or the enrolment token that was put beside it. */
import { readFileSync } from 'node:fs';
import { credentialOf, type ConfigFile } from './config-file.ts';

export interface Credential {
  /** The secret as it is now. Throws NoEnrolmentToken. */
  read(): string;
  /** A machine token from an earlier run, with which this one goes on; null: registers at every start. */
  readonly kept: string | null;
  /** Random characters that tell a repeated trade of an enrolment token from a second one; null for a login. */
  readonly attempt: string | null;
  /** What a person does about a secret that is refused. */
  readonly advice: string;
}

/** There is no token in the file yet, or none any more: whoever runs this machine puts one there. */
export class NoEnrolmentToken extends Error {
  readonly code = 'no-enrolment-token';
  constructor(path: string, options?: { cause: unknown }) {
    super(`there is no enrolment token in ${path} yet`, options);
    this.name = 'NoEnrolmentToken';
  }
}

/** The newest registration of a name counts, so a machine that logged in registers at every start. */
export function loginCredential(config: ConfigFile): Credential {
  const secret = credentialOf(config);
  return { read: () => secret, kept: null, attempt: null, advice: 'Run spectral login.' };
}

/** The file is read each time: its token works once, and another takes its place. */
export function enrolmentCredential(
  path: string,
  { kept, attempt }: { kept: string | null; attempt: string },
): Credential {
  return {
    read: () => tokenIn(path),
    kept,
    attempt,
    advice: `Put a new enrolment token into ${path}.`,
  };
}

function tokenIn(path: string): string {
  try {
    const token = readFileSync(path, 'utf8').trim();
    if (token !== '') return token;
  } catch (cause) {
    throw new NoEnrolmentToken(path, { cause });
  }
  throw new NoEnrolmentToken(path);
}
