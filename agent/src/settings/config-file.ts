/** `config.json`: where the backend is and how this machine may enrol there. Written by `spectral login`. */
import * as v from 'valibot';
import { parseJson } from '@spectral/proto/wire';
import { readPrivateFile, writePrivateFile } from './private-file.ts';

const configFile = v.pipe(
  v.object({
    mcpUrl: v.pipe(v.string(), v.url('expected a URL')),
    backendUrl: v.optional(v.pipe(v.string(), v.url('expected a URL'))),
    relayUrl: v.optional(v.pipe(v.string(), v.url('expected a URL'))),
    /** Enrols machines for the whole team. */
    teamApiKey: v.optional(v.string()),
    /** Enrols machines for one person. */
    userToken: v.optional(v.string()),
  }),
  v.check(
    (config) => (config.teamApiKey === undefined) !== (config.userToken === undefined),
    'expected either teamApiKey or userToken',
  ),
);
export type ConfigFile = v.InferOutput<typeof configFile>;

/** Null when nobody has logged in. Throws CommandFailed for a broken file. */
export function readConfigFile(path: string): ConfigFile | null {
  return readPrivateFile(path, (text) => parseJson(configFile, text, 'config.json'));
}

export function writeConfigFile(path: string, config: ConfigFile): void {
  writePrivateFile(path, config);
}

/** The secret that registers this machine: the team key, or the person's token. */
export function credentialOf(config: ConfigFile): string {
  return config.teamApiKey ?? config.userToken ?? '';
}
