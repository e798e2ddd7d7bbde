/**
 * The pi driver: pi runs inside the daemon, reaches models through the gateway only, and keeps nothing on disk.
 * See docs/decisions/0020-pi-in-process.md.
 */
import {
  DriverUnavailable,
  type CompletionRequest,
  type Driver,
  type DriverSession,
  type ModelAccess,
} from '../driver.ts';
import { complete } from './completion.ts';
import type { RetryPolicy } from './engine.ts';
import { preparePiEnvironment, type PiEnvironment } from './environment.ts';
import { loadPi, type Pi } from './load-pi.ts';
import type { PiLog } from './pi-log.ts';
import { createPiModels, type PiModels } from './pi-models.ts';
import { startSession } from './start-session.ts';
import { asExtension, type ToolFactory } from './extra-tools.ts';
import { errorText } from './error-text.ts';

export interface PiDriverOptions {
  /** Where pi's own directory and its temporary files are kept; the daemon's config directory. */
  readonly stateDir: string;
  readonly log: PiLog;
  readonly now: () => number;
  /** The daemon's own environment. It is changed: see environment.ts. */
  readonly env: NodeJS.ProcessEnv;
  /** Called once per session to add tools, such as the team's MCP tools. */
  readonly tools?: readonly ToolFactory[];
  /** Longest silence of a model before its request is given up. Default: 3 minutes. */
  readonly silenceMs?: number;
  /** Default: 3 times, first after 2 s. */
  readonly retry?: RetryPolicy;
  readonly fetch?: typeof fetch;
}

export interface PiDriver extends Driver {
  /** Loads pi, so that the first prompt need not wait a second for it. Safe to call twice. */
  prewarm(): Promise<void>;
}

const SILENCE_MS = 3 * 60_000;
const RETRY: RetryPolicy = { attempts: 3, firstDelayMs: 2000 };

interface Loaded {
  readonly pi: Pi;
  readonly models: PiModels;
  readonly environment: PiEnvironment;
}

/** Nothing is loaded or written before the first `prewarm`, `start` or `complete`. */
export function createPiDriver(options: PiDriverOptions): PiDriver {
  const sessions = new Set<DriverSession>();
  let access: ModelAccess | null = null;
  let loading: Promise<Loaded> | null = null;
  let closed = false;

  const load = (): Promise<Loaded> => {
    if (closed) throw new DriverUnavailable('The agent is shutting down.');
    loading ??= loadEverything(options).then((loaded) => {
      if (access) loaded.models.configure(access);
      return loaded;
    });
    return loading;
  };

  return {
    name: 'pi',
    capabilities: { events: true, pane: false, keys: false, receipts: true },
    async prewarm() {
      await load();
    },
    configure(next) {
      access = next;
      // A failure to load is told to whoever needs pi.
      loading?.then(
        (loaded) => loaded.models.configure(access ?? next),
        () => {},
      );
    },
    async start(startOptions) {
      const { pi, models, environment } = await load();
      const session: DriverSession = await startSession({
        pi,
        models,
        agentDir: environment.agentDir,
        commandEnvironment: environment.commandEnvironment,
        extensions: (options.tools ?? []).map(asExtension),
        retry: options.retry ?? RETRY,
        log: options.log,
        now: options.now,
        start: startOptions,
        onStopped: () => sessions.delete(session),
      });
      sessions.add(session);
      return session;
    },
    async complete(request: CompletionRequest) {
      return complete((await load()).models, request);
    },
    async close() {
      closed = true;
      await Promise.all([...sessions].map((session) => session.stop()));
      const loaded = await loading?.catch(() => null);
      loaded?.environment.release();
    },
  };
}

async function loadEverything(options: PiDriverOptions): Promise<Loaded> {
  try {
    const environment = preparePiEnvironment(options.env, options.stateDir);
    const pi = await loadPi();
    const models = await createPiModels(pi, {
      silenceMs: options.silenceMs ?? SILENCE_MS,
      fetch: options.fetch ?? fetch,
    });
    return { pi, models, environment };
  } catch (cause) {
    throw new DriverUnavailable(`The agent's engine (pi) cannot be loaded: ${errorText(cause)}`, { cause });
  }
}
