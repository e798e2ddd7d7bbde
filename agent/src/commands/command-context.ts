/** What a command is given of the world. */
import type { Readable, Writable } from 'node:stream';
import type { Environment } from '../settings/env.ts';

/** Streams to the person at the shell. `isTTY` tells whether questions can be asked. */
export interface Person {
  readonly stdin: Readable & { readonly isTTY?: boolean; setRawMode?(raw: boolean): unknown };
  readonly stdout: Writable & { readonly isTTY?: boolean };
  readonly stderr: Writable & { readonly isTTY?: boolean };
  readonly hostname: string;
  readonly userName: string;
}

export interface CommandContext extends Person {
  readonly environment: Environment;
}
