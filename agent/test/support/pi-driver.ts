/** A pi driver in a directory of its own, wired to a scripted model. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Model, ModelApi } from '@spectral/proto/wire';
import type {
  DriverEntry,
  DriverEvent,
  DriverPrompt,
  DriverSession,
  TurnOutcome,
} from '../../src/drivers/driver.ts';
import { createPiDriver, type PiDriver, type PiDriverOptions } from '../../src/drivers/pi/pi-driver.ts';
import type { Defer } from './clean-up.ts';
import type { Upstream } from './upstream.ts';
import { waitUntil } from './wait-until.ts';

export const CLAUDE = 'claude-test';
export const SLASHED = 'deepseek/deepseek-v4-pro';

export function testModel(id: string, api: ModelApi, more: Partial<Model> = {}): Model {
  return {
    id,
    displayName: id,
    provider: 'test',
    api,
    kind: 'base',
    contextWindow: 200_000,
    maxOutput: 8192,
    reasoning: false,
    input: ['text', 'image'],
    price: { input: 3, output: 15, cacheRead: 0.3, cacheWrite: 3.75, cacheWrite1h: 6 },
    compat: {},
    ...more,
  };
}

export const MODELS: readonly Model[] = [
  testModel(CLAUDE, 'anthropic-messages'),
  testModel(SLASHED, 'openai-completions'),
];
export const MODEL_OF: Readonly<Record<ModelApi, string>> = {
  'anthropic-messages': CLAUDE,
  'openai-completions': SLASHED,
};

export function newDirectory(defer: Defer, name: string): string {
  const directory = mkdtempSync(join(tmpdir(), `spectral-${name}-`));
  defer(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}

export function startPiDriver(
  defer: Defer,
  upstream: Upstream,
  more: Partial<PiDriverOptions> = {},
): PiDriver {
  const stateDir = newDirectory(defer, 'state');
  const driver = createPiDriver({
    stateDir,
    log: { info() {}, warn() {} },
    now: Date.now,
    env: { PATH: process.env['PATH'], HOME: process.env['HOME'] },
    retry: { attempts: 2, firstDelayMs: 10 },
    ...more,
  });
  driver.configure({ gatewayUrl: upstream.url, machineToken: 'machine-token', models: MODELS });
  defer(() => driver.close());
  return driver;
}

export interface TestSession {
  readonly session: DriverSession;
  readonly cwd: string;
  readonly events: DriverEvent[];
  readonly entries: DriverEntry[];
  /** Delivers a prompt and waits for the end of its turn. */
  ask(content: string, more?: Partial<DriverPrompt>): Promise<TurnOutcome>;
  /** Delivers a prompt and returns as soon as it is taken. */
  begin(content: string, more?: Partial<DriverPrompt>): Promise<void>;
  settled(limitMs?: number): Promise<TurnOutcome>;
  /** The events of one type since the session began. */
  of<T extends DriverEvent['type']>(type: T): Extract<DriverEvent, { type: T }>[];
}

export async function startTestSession(
  defer: Defer,
  driver: PiDriver,
  options: { modelId?: string; entries?: readonly DriverEntry[]; cwd?: string } = {},
): Promise<TestSession> {
  const cwd = options.cwd ?? newDirectory(defer, 'project');
  const modelId = options.modelId ?? CLAUDE;
  const events: DriverEvent[] = [];
  const entries: DriverEntry[] = [...(options.entries ?? [])];
  const session = await driver.start({
    sessionId: `session-${process.pid}`,
    cwd,
    modelId,
    entries: [...entries],
    emit: (event) => events.push(event),
    saveEntry: (entry) => entries.push(entry),
  });
  defer(() => session.stop());
  let turns = 0;
  const of: TestSession['of'] = (type) => events.filter((event) => event.type === type) as never;
  const settled = (limitMs = 8000): Promise<TurnOutcome> =>
    waitUntil('the turn is settled', () => of('settled')[turns - 1]?.outcome, limitMs);
  const begin: TestSession['begin'] = async (content, more = {}) => {
    await session.deliver({ content, images: [], modelId, mode: 'turn', ...more });
    turns++;
  };
  return {
    session,
    cwd,
    events,
    entries,
    begin,
    settled,
    of,
    async ask(content, more) {
      await begin(content, more);
      return settled();
    },
  };
}
