/** Login for a machine without a browser: a short code is typed on another device while this command asks and waits. */
import * as v from 'valibot';
import { BackendRefused } from '../backend/backend-errors.ts';
import { callJson } from '../backend/json-call.ts';
import { CommandFailed } from '../command-failed.ts';
import type { CommandContext } from './command-context.ts';

const started = v.object({
  deviceCode: v.string(),
  userCode: v.string(),
  verificationUrl: v.string(),
  intervalSeconds: v.number(),
  expiresInSeconds: v.number(),
});
const userToken = v.object({ token: v.string() });

/** The person's token. Rejects CommandFailed when the code expires, BackendRefused when the login is refused. */
export async function loginByDevice(
  backendUrl: string,
  { stdout, hostname }: CommandContext,
): Promise<string> {
  const start = await callJson(fetch, new URL('/api/cli-auth/device', backendUrl).href, started, {
    method: 'POST',
    body: { host: hostname },
  });
  stdout.write(
    `On any device, open\n\n  ${start.verificationUrl}\n\nand enter the code  ${start.userCode}\n`,
  );
  const deadline = Date.now() + start.expiresInSeconds * 1000;
  while (Date.now() < deadline) {
    await new Promise((resolve) => setTimeout(resolve, Math.max(start.intervalSeconds, 0.1) * 1000));
    const token = await tokenIfApproved(backendUrl, start.deviceCode);
    if (token !== null) return token;
  }
  throw new CommandFailed('the code expired before anybody entered it. Run spectral login --device again.');
}

async function tokenIfApproved(backendUrl: string, deviceCode: string): Promise<string | null> {
  try {
    const url = new URL('/api/cli-auth/device/token', backendUrl).href;
    return (await callJson(fetch, url, userToken, { method: 'POST', body: { deviceCode } })).token;
  } catch (error) {
    if (error instanceof BackendRefused && error.status === 428) return null;
    throw error;
  }
}
