/** Opens a page in the person's browser, where there is one. */
import { spawn } from 'node:child_process';

/** Best effort: the address is printed as well, so nobody is told when there is no browser. */
export function openBrowser(url: string): void {
  const [command, ...args] = openerOf(process.platform);
  if (command === undefined) return;
  const child = spawn(command, [...args, url], { stdio: 'ignore', detached: true });
  child.once('error', () => {});
  child.unref();
}

function openerOf(platform: NodeJS.Platform): string[] {
  if (platform === 'darwin') return ['open'];
  if (platform === 'win32') return ['rundll32', 'url.dll,FileProtocolHandler'];
  return ['xdg-open'];
}
