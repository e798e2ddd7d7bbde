/** The arguments of `spectral login`. */
import { CommandFailed } from '../command-failed.ts';

export interface LoginOptions {
  readonly way: 'key' | 'oauth' | 'device';
  readonly mcpUrl: string | null;
  /** `-` stands for a line on standard input. */
  readonly apiKey: string | null;
}

/** Throws CommandFailed (exit code 2) for arguments that do not go together. */
export function readLoginOptions(args: readonly string[]): LoginOptions {
  const values = new Map<string, string>();
  const switches = new Set<string>();
  for (let index = 0; index < args.length; index++) {
    const [name, inline] = splitOnce(args[index] ?? '');
    if (name === '--oauth' || name === '--device') switches.add(name);
    else if (name === '--mcp-url' || name === '--api-key') values.set(name, inline ?? args[++index] ?? '');
    else throw wrong(`login does not know "${args[index]}"`);
  }
  const apiKey = values.get('--api-key') ?? null;
  const mcpUrl = values.get('--mcp-url') ?? null;
  if (apiKey === '') throw wrong('--api-key expects a team key, or - to read it from standard input');
  if (mcpUrl !== null && !isHttpUrl(mcpUrl))
    throw wrong(`--mcp-url expects a URL such as https://host/mcp, got "${mcpUrl}"`);
  if (switches.size + (apiKey === null ? 0 : 1) > 1)
    throw wrong('login takes one of --api-key, --oauth and --device');
  return {
    way: switches.has('--oauth') ? 'oauth' : switches.has('--device') ? 'device' : 'key',
    mcpUrl,
    apiKey,
  };
}

export function isHttpUrl(text: string): boolean {
  return URL.canParse(text) && ['http:', 'https:'].includes(new URL(text).protocol);
}

function splitOnce(argument: string): [string, string | undefined] {
  const at = argument.indexOf('=');
  return at < 0 ? [argument, undefined] : [argument.slice(0, at), argument.slice(at + 1)];
}

function wrong(message: string): CommandFailed {
  return new CommandFailed(message, { exitCode: 2 });
}
