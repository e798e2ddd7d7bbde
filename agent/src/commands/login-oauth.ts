/**
 * Login through the browser: a listener on a random loopback port takes one answer, a one-time code bound to `state`
 * and to a PKCE verifier that never leaves this process. Then the listener is closed.
 */
import { createHash, randomBytes } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import * as v from 'valibot';
import { callJson } from '../backend/json-call.ts';
import { CommandFailed } from '../command-failed.ts';
import type { CommandContext } from './command-context.ts';
import { openBrowser } from './open-browser.ts';

const ANSWER_LIMIT_MS = 5 * 60_000;
const userToken = v.object({ token: v.string() });

/** The person's token. Rejects CommandFailed when no right answer came, BackendRefused for a code that is not taken. */
export async function loginByBrowser(backendUrl: string, context: CommandContext): Promise<string> {
  const state = randomBytes(24).toString('base64url');
  const verifier = randomBytes(48).toString('base64url');
  const challenge = createHash('sha256').update(verifier).digest('base64url');
  const listener = createServer();
  await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve));
  const { port } = listener.address() as AddressInfo;
  const page = new URL('/cli-auth', backendUrl);
  page.search = new URLSearchParams({
    port: String(port),
    state,
    challenge,
    host: context.hostname,
  }).toString();
  try {
    context.stdout.write(
      `Open this page to log in (on a machine without a browser: spectral login --device):\n\n  ${page.href}\n\n`,
    );
    if (context.stdout.isTTY) openBrowser(page.href);
    const code = await oneAnswer(listener, state);
    const { token } = await callJson(fetch, new URL('/api/cli-auth/token', backendUrl).href, userToken, {
      method: 'POST',
      body: { code, verifier },
    });
    return token;
  } finally {
    listener.closeAllConnections();
    listener.close();
  }
}

/** The code of the first answer; whatever that answer is, there is no second. */
function oneAnswer(listener: Server, state: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const limit = setTimeout(
      () => reject(new CommandFailed('nobody logged in within 5 minutes. Run spectral login --oauth again.')),
      ANSWER_LIMIT_MS,
    );
    listener.on('request', (request, response) => {
      const url = new URL(request.url ?? '/', 'http://localhost');
      if (!url.searchParams.has('state')) return void response.writeHead(404).end();
      clearTimeout(limit);
      const code = url.searchParams.get('code');
      const right = url.searchParams.get('state') === state && code !== null && code !== '';
      response.writeHead(right ? 200 : 400, {
        'content-type': 'text/plain; charset=utf-8',
        connection: 'close',
      });
      response.end(
        right
          ? 'Logged in. You may close this page.\n'
          : 'This answer does not belong to the waiting login.\n',
        () => {
          if (right) resolve(code);
          else
            reject(
              new CommandFailed(
                'an answer came that does not belong to this login. Run spectral login --oauth again.',
              ),
            );
        },
      );
    });
  });
}
