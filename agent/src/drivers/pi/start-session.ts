/** Builds a session of the pi driver from its parts, with the memory it had before. */
import { randomUUID } from 'node:crypto';
import { DriverUnavailable, type DriverSession, type StartOptions } from '../driver.ts';
import { createChildProcesses } from './child-processes.ts';
import { openEngine, type Engine, type EngineOptions } from './engine.ts';
import { readEntries } from './entries.ts';
import { EventMapping } from './event-mapping.ts';
import { PiSession } from './pi-session.ts';
import { createProgressThrottle } from './progress-throttle.ts';
import { errorText } from './error-text.ts';

/** A reader wants to see a command move, not each of its lines. */
const PROGRESS_INTERVAL_MS = 250;

export interface SessionParts extends Pick<
  EngineOptions,
  'pi' | 'models' | 'agentDir' | 'commandEnvironment' | 'extensions' | 'retry' | 'log'
> {
  readonly now: () => number;
  readonly start: StartOptions;
  readonly onStopped: () => void;
}

/** Throws DriverUnavailable when the model is unknown, an entry is damaged, or pi refuses. */
export async function startSession({
  now,
  start,
  onStopped,
  ...shared
}: SessionParts): Promise<DriverSession> {
  const model = shared.models.find(start.modelId);
  if (!model) throw new DriverUnavailable(`The team has no model ${start.modelId}. Choose another.`);
  const children = createChildProcesses();
  const throttle = createProgressThrottle(start.emit, PROGRESS_INTERVAL_MS);
  const mapping = new EventMapping({
    newMessageId: randomUUID,
    now,
    priceOf: shared.models.priceOf,
    modelId: start.modelId,
  });
  const { sessionId, cwd, saveEntry } = start;

  const open = (entries: EngineOptions['entries'], engineModel: EngineOptions['model']): Promise<Engine> =>
    openEngine({
      ...shared,
      children,
      sessionId,
      cwd,
      saveEntry,
      mapping,
      emit: throttle.take,
      model: engineModel,
      entries,
    });
  const engine = await opened(open(readEntries(start.entries), model));

  const stopped = (): void => {
    throttle.stop();
    onStopped();
  };
  return new PiSession(
    {
      sessionId,
      models: shared.models,
      mapping,
      children,
      emit: throttle.take,
      open,
      onStopped: stopped,
      log: shared.log,
    },
    engine,
  );
}

async function opened(engine: Promise<Engine>): Promise<Engine> {
  try {
    return await engine;
  } catch (cause) {
    throw new DriverUnavailable(`The agent cannot start in this project: ${errorText(cause)}`, { cause });
  }
}
