// What the fake backend knows at the start.
import type {
  Invitation,
  Me,
  Member,
  Model,
  TeamKey,
  TokenUsage,
  UsageReport,
  UserModel,
} from '@spectral/proto/wire';

export const ADA = { userId: 'u-ada', name: 'Ada Nowak' };
export const BEN = { userId: 'u-ben', name: 'Ben Okafor' };

export const ME: Me = {
  user: { id: ADA.userId, name: ADA.name, email: 'ada@example.com', hasPassword: true },
  teams: [
    { id: 't-core', name: 'Core platform', role: 'owner' },
    { id: 't-lab', name: 'Lab', role: 'member' },
  ],
};

const price = { input: 3, output: 15, cacheRead: 0.3, cacheWrite: 3.75, cacheWrite1h: 6 };
const common = {
  provider: 'anthropic',
  api: 'anthropic-messages' as const,
  kind: 'base' as const,
  reasoning: true,
  compat: {},
};

export const MODELS: readonly [Model, ...Model[]] = [
  {
    ...common,
    id: 'claude-sonnet-4-5',
    displayName: 'Claude Sonnet 4.5',
    contextWindow: 200_000,
    maxOutput: 64_000,
    input: ['text', 'image'],
    price,
  },
  {
    ...common,
    id: 'claude-haiku-4-5',
    displayName: 'Claude Haiku 4.5',
    contextWindow: 200_000,
    maxOutput: 64_000,
    input: ['text', 'image'],
    price: { ...price, input: 1, output: 5 },
  },
  {
    ...common,
    id: 'deepseek/deepseek-v4-pro',
    displayName: 'DeepSeek V4 Pro',
    provider: 'team',
    api: 'openai-completions',
    kind: 'user',
    contextWindow: 128_000,
    maxOutput: 16_000,
    input: ['text'],
    price: null,
  },
  {
    ...common,
    id: 'demo',
    displayName: 'Demo',
    provider: 'demo',
    kind: 'demo',
    contextWindow: 200_000,
    maxOutput: 8_000,
    input: ['text', 'image'],
    price: { input: 0, output: 0, cacheRead: 0, cacheWrite: 0, cacheWrite1h: 0 },
  },
];

export const PATHS: readonly string[] = [
  'relay',
  'site',
  'notes',
  'notes/drafts',
  'infra',
  'infra/charts',
].map((name) => `/home/ada/${name}`);

export const MEMBERS: readonly Member[] = [
  {
    userId: ADA.userId,
    name: ADA.name,
    email: 'ada@example.com',
    role: 'owner',
    joinedAt: '2026-03-02T09:00:00Z',
  },
  {
    userId: BEN.userId,
    name: BEN.name,
    email: 'ben@example.com',
    role: 'admin',
    joinedAt: '2026-04-11T09:00:00Z',
  },
  {
    userId: 'u-lin',
    name: 'Lin Wei',
    email: 'lin@example.com',
    role: 'member',
    joinedAt: '2026-09-30T09:00:00Z',
  },
];

export const INVITATIONS: readonly Invitation[] = [
  {
    id: 'i-1',
    role: 'member',
    email: 'sam@example.com',
    createdAt: '2026-11-19T09:00:00Z',
    expiresAt: '2026-11-26T09:00:00Z',
  },
];

export const KEYS: readonly TeamKey[] = [
  {
    id: 'k-1',
    name: 'CI machines',
    prefix: 'sk-spectral-team-3fA9',
    createdAt: '2026-06-01T09:00:00Z',
    lastUsedAt: '2026-11-21T07:40:00Z',
  },
  {
    id: 'k-2',
    name: 'Build farm',
    prefix: 'sk-spectral-team-Qx71',
    createdAt: '2026-09-12T09:00:00Z',
    lastUsedAt: null,
  },
];

export const USER_MODELS: readonly UserModel[] = [
  { ...(MODELS[2] as Model), rowId: 'um-1', baseUrl: 'https://llm.example.com/v1', hasKey: true },
];

function row(
  calls: number,
  inputTokens: number,
  outputTokens: number,
  cost: number,
  failed = 0,
  unpriced = 0,
) {
  return {
    calls,
    failed,
    inputTokens,
    outputTokens,
    cacheReadTokens: inputTokens * 4,
    cacheWriteTokens: inputTokens / 2,
    cost,
    unpriced,
  };
}

/** Thirty days with weekends. */
export function usageReport(): UsageReport {
  const byDay = Array.from({ length: 30 }, (_, index) => {
    const day = new Date(Date.UTC(2026, 9, 23 + index));
    const busy = day.getUTCDay() % 6 === 0 ? 0.12 : 0.6 + 0.4 * Math.sin(index * 1.7) ** 2;
    return {
      day: day.toISOString().slice(0, 10),
      ...row(Math.round(busy * 60), busy * 220_000, busy * 31_000, busy * 4.1),
    };
  });
  return {
    since: '2026-10-23T00:00:00Z',
    total: row(1184, 4_812_000, 655_000, 86.42, 9, 61),
    byModel: [
      { modelId: 'claude-sonnet-4-5', ...row(902, 4_100_000, 540_000, 81.9, 7) },
      { modelId: 'claude-haiku-4-5', ...row(221, 602_000, 98_000, 4.52, 1) },
      { modelId: 'deepseek/deepseek-v4-pro', ...row(61, 110_000, 17_000, 0, 1, 61) },
    ],
    byMachine: [
      { machineId: 'm-1', machineName: 'staging-01', ...row(801, 3_300_000, 420_000, 60.1, 6) },
      { machineId: 'm-2', machineName: 'ada-laptop', ...row(383, 1_512_000, 235_000, 26.32, 3) },
    ],
    byDay,
  };
}

export function noUsage(): TokenUsage {
  return {
    inputTokens: 0,
    outputTokens: 0,
    cacheReadTokens: 0,
    cacheWriteTokens: 0,
    totalTokens: 0,
    cost: 0,
  };
}
