/** The version told to MCP clients. */
import manifest from '../../package.json' with { type: 'json' };

export const SPECTRAL_VERSION = manifest.version;
