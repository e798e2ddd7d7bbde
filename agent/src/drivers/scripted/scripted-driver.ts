/** A driver without a model, for tests, load tests and trying the way from page to machine. */
import { randomUUID } from 'node:crypto';
import { systemClock, type Clock } from '../../clock.ts';
import type { Driver } from '../driver.ts';
import { ScriptedSession } from './scripted-session.ts';

/** `newId` gives UUIDs; a counting one makes runs equal event by event. */
export function createScriptedDriver({
  clock = systemClock,
  newId = randomUUID,
}: { clock?: Clock; newId?: () => string } = {}): Driver {
  const sessions = new Set<ScriptedSession>();
  return {
    name: 'scripted',
    capabilities: { events: true, pane: false, keys: false, receipts: true },
    async start(options) {
      const session = new ScriptedSession(options, clock, newId);
      sessions.add(session);
      return session;
    },
    async complete({ prompt }) {
      const [, secondLine = prompt] = prompt.split('\n', 2);
      return secondLine.split(/\s+/).slice(0, 6).join(' ');
    },
    configure() {
      // Nothing to call, so nothing to configure.
    },
    async close() {
      await Promise.all([...sessions].map((session) => session.stop()));
      sessions.clear();
    },
  };
}
