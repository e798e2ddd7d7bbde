/** One pi session in memory: opened from entries, told event by event, saved before it is told. */
import type {
  AgentSession,
  AgentSessionEvent,
  ExtensionFactory,
  SessionEntry,
} from '@earendil-works/pi-coding-agent';
import type { DriverEntry, DriverEvent } from '../driver.ts';
import { createBashTool } from './bash-tool.ts';
import type { ChildProcesses } from './child-processes.ts';
import { createEntrySaver } from './entries.ts';
import { errorText } from './error-text.ts';
import type { EventMapping } from './event-mapping.ts';
import type { PiLog } from './pi-log.ts';
import type { Pi } from './load-pi.ts';
import type { PiModel, PiModels } from './pi-models.ts';

export interface EngineOptions {
  readonly pi: Pi;
  readonly models: PiModels;
  readonly agentDir: string;
  readonly commandEnvironment: Readonly<Record<string, string>>;
  readonly children: ChildProcesses;
  readonly extensions: readonly ExtensionFactory[];
  readonly retry: RetryPolicy;
  readonly sessionId: string;
  readonly cwd: string;
  readonly model: PiModel;
  readonly entries: readonly SessionEntry[];
  readonly mapping: EventMapping;
  readonly emit: (event: DriverEvent) => void;
  readonly saveEntry: (entry: DriverEntry) => void;
  readonly log: PiLog;
}

/** How often a failed request is repeated, the reader being told, and the first pause; each next one is doubled. */
export interface RetryPolicy {
  readonly attempts: number;
  readonly firstDelayMs: number;
}

export interface Engine {
  readonly session: AgentSession;
  /** Compacts as a person asks for it: also a session that is far from full. Rejects when there is nothing to compact. */
  compact(instructions: string | undefined): Promise<unknown>;
  /** All entries up to its disposal, for opening another engine in this one's place. */
  entries(): SessionEntry[];
  /** Tells and saves what is still held. */
  flush(): void;
  /** From here on nothing is told or saved any more, and pi is told to end. */
  dispose(): void;
}

/** Newest tokens a compaction leaves word for word: when the window is full, and when a person asks for it. */
const KEPT_WHEN_FULL = 20_000;
const KEPT_WHEN_ASKED = 2000;

export async function openEngine(options: EngineOptions): Promise<Engine> {
  const { sdk } = options.pi;
  const settingsManager = sdk.SettingsManager.inMemory(settings(options.retry), { projectTrusted: false });
  const resourceLoader = new sdk.DefaultResourceLoader({
    agentDir: options.agentDir,
    cwd: options.cwd,
    settingsManager,
    extensionFactories: [...options.extensions],
    noExtensions: true,
    noPromptTemplates: true,
    noThemes: true,
  });
  await resourceLoader.reload();
  const sessionManager = sdk.SessionManager.inMemory(options.cwd, { id: options.sessionId }, [
    ...options.entries,
  ]);
  const saveNew = createEntrySaver(sessionManager, options.saveEntry);
  const { session } = await sdk.createAgentSession({
    agentDir: options.agentDir,
    cwd: options.cwd,
    model: options.model,
    modelRuntime: options.models.runtime,
    settingsManager,
    resourceLoader,
    sessionManager,
    customTools: [createBashTool(sdk, options.cwd, options.commandEnvironment, options.children)],
  });
  await session.bindExtensions({
    mode: 'rpc',
    onError: (error) =>
      options.log.warn('an extension failed', { session: options.sessionId, error: String(error.error) }),
  });
  const teller = createTeller(options, saveNew);
  const unsubscribe = session.subscribe(teller.listen);
  let lastEntries: SessionEntry[] | null = null;
  return {
    session,
    async compact(instructions) {
      settingsManager.applyOverrides(keepingRecent(KEPT_WHEN_ASKED));
      try {
        return await session.compact(instructions);
      } finally {
        settingsManager.applyOverrides(keepingRecent(KEPT_WHEN_FULL));
      }
    },
    entries: () => lastEntries ?? sessionManager.getEntries(),
    flush: teller.flush,
    dispose() {
      unsubscribe();
      teller.silence();
      lastEntries ??= sessionManager.getEntries();
      session.dispose();
    },
  };
}

interface Teller {
  readonly listen: (event: AgentSessionEvent) => void;
  readonly flush: () => void;
  readonly silence: () => void;
}

/**
 * pi tells the end of a message just before it keeps the message; we keep first. So that event waits until pi's own
 * handler has returned, which is before any later event.
 */
function createTeller(options: EngineOptions, saveNew: () => void): Teller {
  let held: DriverEvent[] = [];
  let silent = false;

  // pi would make a listener's failure the model's answer.
  const guarded = (tell: () => void): void => {
    if (silent) return;
    try {
      tell();
    } catch (error) {
      const facts = { session: options.sessionId, error: errorText(error) };
      options.log.warn('an event of the agent could not be told', facts);
    }
  };
  const flush = (): void => {
    const events = held;
    held = [];
    guarded(saveNew);
    for (const event of events) guarded(() => options.emit(event));
  };
  const listen = (event: AgentSessionEvent): void => {
    if (held.length > 0) flush();
    if (event.type !== 'message_update') guarded(saveNew);
    held = options.mapping.map(event);
    if (event.type === 'message_end') queueMicrotask(flush);
    else if (held.length > 0) flush();
  };

  return {
    listen: (event) => guarded(() => listen(event)),
    flush,
    silence() {
      silent = true;
    },
  };
}

type Settings = NonNullable<Parameters<Pi['sdk']['SettingsManager']['inMemory']>[0]>;

/**
 * Silence is watched by us (gateway-fetch.ts), so pi's own limit is off. `provider.maxRetries` serves only answers that
 * name the moment of the next try.
 */
function settings(retry: RetryPolicy): Settings {
  return {
    cacheWarming: 'off',
    enableAnalytics: false,
    enableInstallTelemetry: false,
    httpIdleTimeoutMs: 0,
    retry: {
      enabled: retry.attempts > 0,
      maxRetries: retry.attempts,
      baseDelayMs: retry.firstDelayMs,
      provider: { maxRetries: 2 },
    },
    ...keepingRecent(KEPT_WHEN_FULL),
  };
}

function keepingRecent(keepRecentTokens: number): Settings {
  return { compaction: { enabled: true, keepRecentTokens } };
}
