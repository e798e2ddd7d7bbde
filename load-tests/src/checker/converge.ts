/** After the last fault: waits until everybody has everything, and notes what was due at the limit. */
import { setTimeout as sleep } from 'node:timers/promises';
import { isAlive } from '../support/processes.ts';
import type { Deadline } from './check-history.ts';
import { goneProcesses } from './check-processes.ts';
import type { Site } from './site.ts';

export interface Convergence {
  readonly deadline: Deadline;
  /** From the last fault until every prompt was settled, every turn over and every reader at the head; null: never. */
  readonly ms: number | null;
}

export interface ConvergeOptions {
  /** Milliseconds since 1970 of the last fault's end. */
  readonly since: number;
  /** By then readers must have what the machines had `MARGIN_MS` before. */
  readonly limitMs: number;
  /** Prompts under way get this much longer to be answered and run. */
  readonly giveUpMs: number;
}

/** What a machine wrote within this last bit before the deadline may still be on its way. */
const MARGIN_MS = 2_000;
const REST_MS = 1_000;
const LOOK_EVERY_MS = 250;

interface Look {
  readonly at: number;
  readonly heads: ReadonlyMap<string, number>;
  /** Every prompt is answered and no turn runs. */
  readonly isSettled: boolean;
  /** Every reader has what its machine has. */
  readonly isLevel: boolean;
}

export async function converge(site: Site, options: ConvergeOptions): Promise<Convergence> {
  const { since, limitMs, giveUpMs } = options;
  const deadlineAt = since + limitMs;
  let due: ReadonlyMap<string, number> = new Map();
  for (;;) {
    const look = await lookAt(site);
    if (look.at <= deadlineAt - MARGIN_MS) due = look.heads;
    const deadline = { at: deadlineAt, heads: due };
    if (look.isSettled && look.isLevel) {
      // Once more, for an event that comes twice or without reason.
      await sleep(REST_MS);
      const later = await lookAt(site);
      if (later.isSettled && later.isLevel) return { deadline, ms: look.at - since };
    }
    const lateMs = look.at - deadlineAt;
    const isHopeless = goneProcesses(site).length > 0 ? lateMs > 0 : look.isSettled && lateMs > limitMs;
    if (lateMs > giveUpMs || isHopeless) return { deadline, ms: null };
    await sleep(LOOK_EVERY_MS);
  }
}

async function lookAt({ machines, readers }: Site): Promise<Look> {
  const living = machines.filter(({ daemon }) => isAlive(daemon.pid));
  const sessions = (await Promise.all(living.map(({ calls }) => sessionsOf(calls)))).flat();
  const at = Date.now();
  const heads = new Map(sessions.map(({ id, head }) => [id, head]));
  for (const { history } of readers) history.readOn();
  return {
    at,
    heads,
    isSettled:
      sessions.every(({ status }) => status !== 'running') &&
      readers.every(({ history }) => history.unsettledPrompts() === 0),
    isLevel: readers.every(({ history, machine }) =>
      machine.sessions.every((id) => history.positionIn(id) >= (heads.get(id) ?? 0)),
    ),
  };
}

async function sessionsOf(calls: Site['machines'][number]['calls']) {
  const projects = await calls.projects();
  return (await Promise.all(projects.map(({ id }) => calls.sessions(id)))).flat();
}
