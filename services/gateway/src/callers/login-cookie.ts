/** The cookie of a browser session. */
import type { Response } from 'express';
import { LOGIN_IDLE_MS } from '../people/logins.ts';

export interface LoginCookie {
  readonly name: string;
  set(response: Response, secret: string): void;
  clear(response: Response): void;
}

/**
 * On https the `__Host-` prefix pins the cookie to this very host, path `/`, and to https. On http the port is part of
 * the name: cookies are shared by all ports of a host, and two gateways on one computer must not sign each other out.
 */
export function loginCookie(publicUrl: string): LoginCookie {
  const secure = publicUrl.startsWith('https:');
  const name = secure ? '__Host-spectral' : `spectral-${new URL(publicUrl).port || '80'}`;
  const attributes = { httpOnly: true, sameSite: 'lax', secure, path: '/' } as const;
  return {
    name,
    set: (response, secret) => void response.cookie(name, secret, { ...attributes, maxAge: LOGIN_IDLE_MS }),
    clear: (response) => void response.clearCookie(name, attributes),
  };
}
