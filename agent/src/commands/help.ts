/** The header above pi's own help. */
import type { Writable } from 'node:stream';
import { readVersion } from '../version.ts';

export function writeHelp(stdout: Writable): void {
  stdout.write(`spectral ${readVersion()}: the coding agent of this machine, driven from any browser

Usage:
  spectral [pi arguments]           the agent in this terminal; every argument goes to pi, see below
  spectral login                    asks for the MCP URL and a team key, checks them, keeps them
    --mcp-url URL --api-key KEY       the same without questions
    --oauth                           personal login through the browser
    --device                          personal login for a machine without a browser
  spectral logout                   forgets the login
  spectral serve                    connects this machine and stays up
    --machine-name NAME               name in the fleet (default: this host's name)
  spectral bind ID                  links this directory to a project
  spectral unbind                   removes the link
  spectral --version                version
  spectral --help                   this text

Environment:
  SPECTRAL_CONFIG_DIR   directory of every file (default ~/.spectral)
  SPECTRAL_MCP_URL      MCP endpoint that login offers
  SPECTRAL_BACKEND_URL  gateway (default: origin of the MCP URL)
  SPECTRAL_RELAY_URL    relay (default: what the gateway says)

pi's own help:

`);
}
