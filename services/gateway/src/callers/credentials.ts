/** What a request shows to say who it is from: pure reading of headers. */
import type { IncomingHttpHeaders } from 'node:http';
import { ENROLMENT_TOKEN_PREFIX, TEAM_KEY_PREFIX } from '@spectral/proto/wire';
import { USER_TOKEN_PREFIX } from '../people/user-tokens.ts';

export type Credential =
  | {
      readonly kind: 'team-key' | 'user-token' | 'machine-token' | 'enrolment-token' | 'unknown-token';
      readonly text: string;
    }
  | { readonly kind: 'none' };

/** `Authorization: Bearer …`, sorted by its form. A header of another form is an unknown token, never nothing. */
export function bearerOf(headers: IncomingHttpHeaders): Credential {
  const header = headers.authorization;
  if (header === undefined) return { kind: 'none' };
  const [, text] = /^Bearer +(\S+)$/i.exec(header.trim()) ?? [];
  return text === undefined ? { kind: 'unknown-token', text: header } : sort(text);
}

/** As `bearerOf`, or `x-api-key`, which the Anthropic SDKs send. */
export function bearerOrApiKeyOf(headers: IncomingHttpHeaders): Credential {
  const bearer = bearerOf(headers);
  const apiKey = headers['x-api-key'];
  return bearer.kind === 'none' && typeof apiKey === 'string' ? sort(apiKey.trim()) : bearer;
}

/** The value of a cookie, or null. */
export function cookieOf(headers: IncomingHttpHeaders, name: string): string | null {
  for (const part of headers.cookie?.split(';') ?? []) {
    const [key, value] = part.split('=', 2);
    if (key?.trim() === name) return value?.trim() || null;
  }
  return null;
}

function sort(text: string): Credential {
  if (text.startsWith(TEAM_KEY_PREFIX)) return { kind: 'team-key', text };
  if (text.startsWith(ENROLMENT_TOKEN_PREFIX)) return { kind: 'enrolment-token', text };
  if (text.startsWith(USER_TOKEN_PREFIX)) return { kind: 'user-token', text };
  // The three dotted parts of a JWT.
  return { kind: text.split('.').length === 3 ? 'machine-token' : 'unknown-token', text };
}
