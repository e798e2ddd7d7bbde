/** Which environment variables never reach the agent's engine or a command it runs. */

/** Words of a name that mark its value as a secret: `OPENAI_API_KEY`, `GITHUB_TOKEN`, `DB_PASSWORD`. */
const SECRET_WORD =
  /(^|_)(API_?KEYS?|ACCESS_?KEYS?|AUTH|COOKIE|CREDENTIALS?|KEY|OAUTH|PASS|PASSPHRASE|PASSWD|PASSWORD|PRIVATE_?KEY|PWD_?FILE|SECRETS?|TOKENS?)(_|$)/i;

/** A URL that carries a password, such as `postgres://user:word@host/db`. */
const URL_WITH_PASSWORD = /^[a-z][a-z0-9+.-]*:\/\/[^/\s:@]*:[^/\s@]+@/i;

/** Settings of the daemon and of the engine, and what Node hands to a child; of no use to a command. */
const OWN =
  /^(SPECTRAL_|PI_|NODE_CHANNEL_|NODE_OPTIONS$|NODE_COMPILE_CACHE$|NODE_UNIQUE_ID$|npm_config_|AI_AGENT$)/;

/** Variables by which providers' libraries find accounts although their names say nothing of a secret. */
const PROVIDER =
  /^(ANTHROPIC|AWS|AZURE|BEDROCK|CEREBRAS|CLOUDFLARE|COPILOT|DEEPSEEK|FIREWORKS|GEMINI|GOOGLE|GROQ|HF|HUGGINGFACE|KIMI|MINIMAX|MISTRAL|MOONSHOT|NVIDIA|OPENAI|OPENCODE|OPENROUTER|TOGETHER|VERCEL|XAI|XIAOMI|ZAI|ZHIPU)_/;

/** A socket of an ssh agent or a path of git is no secret, though its name looks like one. */
const HARMLESS = new Set(['SSH_AUTH_SOCK', 'GIT_ASKPASS', 'SSH_ASKPASS', 'PWD', 'OLDPWD', 'XAUTHORITY']);

/** True where a model provider's library could pick up an account: these leave the daemon's own environment. */
export function namesProviderAccount(name: string): boolean {
  return PROVIDER.test(name);
}

/**
 * The environment a command of the agent runs in: the daemon's without secrets, provider accounts and the daemon's
 * own settings. What a person's shell needs (PATH, HOME, LANG, ssh agent, editors) stays.
 */
export function environmentForCommands(env: NodeJS.ProcessEnv): Record<string, string> {
  const kept: Record<string, string> = {};
  for (const [name, value] of Object.entries(env)) {
    if (value !== undefined && mayReachCommands(name, value)) kept[name] = value;
  }
  return kept;
}

function mayReachCommands(name: string, value: string): boolean {
  if (HARMLESS.has(name)) return true;
  return !SECRET_WORD.test(name) && !OWN.test(name) && !PROVIDER.test(name) && !URL_WITH_PASSWORD.test(value);
}
