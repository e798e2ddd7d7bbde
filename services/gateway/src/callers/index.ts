/** Who calls, and who is let in. */
export * from './caller.ts';
export * from './callers.ts';
export * from './login-cookie.ts';
export * from './same-origin.ts';
