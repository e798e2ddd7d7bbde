/**
 * Writes src/models/catalogue.json anew from the model data of the pi-ai package that is installed (MIT), so that the
 * figures can be reproduced and the costs an agent shows agree with the gateway's. Run after an update of that package:
 *
 *   node services/gateway/scripts/refresh-catalogue.ts
 */
import { readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';

type Fields = Record<string, unknown>;

interface Source {
  readonly provider: string;
  /** Which of the package's lists to read. */
  readonly list: string;
  readonly api: 'anthropic-messages' | 'openai-completions';
  /** What pi would find out by itself from the vendor's address, which it does not see behind the gateway. */
  readonly compat: Fields;
  /** Price of a cache write kept one hour, over the input price; 0: the provider has no such writes. */
  readonly hourWriteFactor: number;
  readonly leaveOut?: RegExp;
}

const STANDARD = {
  supportsStore: true,
  supportsDeveloperRole: true,
  supportsReasoningEffort: true,
  maxTokensField: 'max_completion_tokens',
  thinkingFormat: 'openai',
};
const NO_STORE = { ...STANDARD, supportsStore: false, supportsDeveloperRole: false };
const chat = (provider: string, compat: Fields, leaveOut?: RegExp, list = 'openai-completions'): Source => ({
  provider,
  list,
  api: 'openai-completions',
  compat,
  hourWriteFactor: 0,
  ...(leaveOut ? { leaveOut } : {}),
});

const SOURCES: readonly Source[] = [
  {
    provider: 'anthropic',
    list: 'anthropic-messages',
    api: 'anthropic-messages',
    compat: {},
    hourWriteFactor: 2,
  },
  // Models that OpenAI serves by its Responses API alone are left out.
  chat('openai', STANDARD, /-pro$|codex|realtime/, 'openai-responses'),
  chat(
    'openrouter',
    { ...STANDARD, supportsDeveloperRole: false, thinkingFormat: 'openrouter' },
    /^~|:batch$/,
  ),
  chat('deepseek', { ...NO_STORE, maxTokensField: 'max_tokens', thinkingFormat: 'deepseek' }),
  chat('groq', STANDARD),
  chat('xai', { ...NO_STORE, supportsReasoningEffort: false }, undefined, 'openai-responses'),
  chat('moonshotai', { ...NO_STORE, supportsReasoningEffort: false, maxTokensField: 'max_tokens' }),
  chat('together', {
    ...NO_STORE,
    supportsReasoningEffort: false,
    maxTokensField: 'max_tokens',
    thinkingFormat: 'together',
  }),
  chat('fireworks', STANDARD),
  chat('cerebras', NO_STORE),
];

/** Flags that mean something behind the gateway; those that name further models or other APIs do not. */
const USELESS_COMPAT = [
  'allowedFallbackModels',
  'supportsAdditionalTools',
  'supportsToolSearch',
  'supportsOpenAIGrammarTools',
  'supportsMessageThreads',
];

const packageEntry = import.meta.resolve('@earendil-works/pi-ai');
const rows = (await Promise.all(SOURCES.map(rowsOf))).flat();
const target = new URL('../src/models/catalogue.json', import.meta.url);
await writeFile(target, `[\n${rows.map((row) => JSON.stringify(row)).join(',\n')}\n]\n`);
process.stdout.write(`${rows.length} models written to ${fileURLToPath(target)}\n`);

async function rowsOf(source: Source): Promise<Fields[]> {
  const file = new URL(`./providers/data/${source.provider}.json`, packageEntry);
  const lists: Record<string, Record<string, Fields>> = JSON.parse(await readFile(file, 'utf8'));
  const models = Object.values(lists[source.list] ?? {});
  return models.filter(({ id }) => !source.leaveOut?.test(String(id))).map((model) => rowOf(model, source));
}

function rowOf(model: Fields, source: Source): Fields {
  const compat = Object.entries({ ...source.compat, ...fieldsOf(model['compat']) });
  return {
    id: model['id'],
    displayName: model['name'],
    provider: source.provider,
    api: source.api,
    contextWindow: model['contextWindow'],
    maxOutput: model['maxTokens'],
    reasoning: model['reasoning'],
    input: model['input'],
    price: priceOf(fieldsOf(model['cost']), source, String(model['id'])),
    compat: Object.fromEntries(compat.filter(([key]) => !USELESS_COMPAT.includes(key))),
    ...(model['thinkingLevelMap'] ? { thinkingLevelMap: model['thinkingLevelMap'] } : {}),
  };
}

/** Null where the package has only zeros, unless the model's name says that it is free. */
function priceOf(cost: Fields, source: Source, id: string): Fields | null {
  const free = id.endsWith(':free');
  if (!free && !cost['input'] && !cost['output']) return null;
  const tiers = Array.isArray(cost['tiers']) ? cost['tiers'].map(fieldsOf) : [];
  return {
    ...rates(cost, source),
    ...(tiers.length > 0
      ? {
          tiers: tiers.map((tier) => ({
            inputTokensAbove: tier['inputTokensAbove'],
            ...rates(tier, source),
          })),
        }
      : {}),
  };
}

function rates({ input, output, cacheRead, cacheWrite }: Fields, { hourWriteFactor }: Source): Fields {
  const cacheWrite1h = hourWriteFactor === 0 ? cacheWrite : Number(input) * hourWriteFactor;
  return { input, output, cacheRead, cacheWrite, cacheWrite1h };
}

function fieldsOf(value: unknown): Fields {
  return typeof value === 'object' && value !== null ? { ...value } : {};
}
