/** After the last fault: waits until everybody has everything, and notes what was due at the limit. */
import { setTimeout as sleep } from 'node:timers/promises';
import { isAlive } from '../support/processes.ts';
import type { Deadline } from './check-history.ts';
import type { FinalLists } from './check-lists.ts';
import { goneProcesses } from './check-processes.ts';
import { digestOfLists } from './records.ts';
import type { ScriptedMachine } from './scripted-machine.ts';
import type { Site } from './site.ts';

export interface Convergence {
  readonly deadline: Deadline;
  /** By machine. */
  readonly lists: ReadonlyMap<string, FinalLists>;
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
  /** Digest of each machine's lists, by its name. */
  readonly lists: ReadonlyMap<string, string>;
  /** Every prompt is answered and no turn runs. */
  readonly isSettled: boolean;
  /** Every reader has what its machine has. */
  readonly isLevel: boolean;
}

export async function converge(site: Site, options: ConvergeOptions): Promise<Convergence> {
  const { since, limitMs, giveUpMs } = options;
  const deadlineAt = since + limitMs;
  const lists = new Map<string, FinalLists>();
  let due: ReadonlyMap<string, number> = new Map();
  for (;;) {
    const look = await lookAt(site);
    noteLists(lists, look);
    if (look.at <= deadlineAt - MARGIN_MS) due = look.heads;
    const deadline = { at: deadlineAt, heads: due };
    if (look.isSettled && look.isLevel) {
      // Once more, for an event that comes twice or without reason.
      await sleep(REST_MS);
      const later = await lookAt(site);
      noteLists(lists, later);
      if (later.isSettled && later.isLevel) return { deadline, lists, ms: look.at - since };
    }
    const lateMs = look.at - deadlineAt;
    const isHopeless = goneProcesses(site).length > 0 ? lateMs > 0 : look.isSettled && lateMs > limitMs;
    if (lateMs > giveUpMs || isHopeless) return { deadline, lists, ms: null };
    await sleep(LOOK_EVERY_MS);
  }
}

function noteLists(known: Map<string, FinalLists>, { at, lists }: Look): void {
  for (const [name, digest] of lists)
    if (known.get(name)?.digest !== digest) known.set(name, { digest, since: at });
}

async function lookAt({ machines, readers }: Site): Promise<Look> {
  const living = machines.filter(({ daemon }) => isAlive(daemon.pid()));
  const found = await Promise.all(living.map((machine) => stateOf(machine)));
  const at = Date.now();
  const sessions = found.flatMap((each) => each.sessions);
  const heads = new Map(sessions.map(({ id, head }) => [id, head]));
  const lists = new Map(found.map(({ name, digest }) => [name, digest]));
  for (const { history } of readers) history.readOn();
  return {
    at,
    heads,
    lists,
    isSettled:
      sessions.every(({ status, queued }) => status !== 'running' && queued === 0) &&
      readers.every(({ history }) => history.unsettledPrompts() === 0),
    isLevel: readers.every(
      ({ history, machine }) =>
        machine.sessions.every((id) => history.positionIn(id) >= (heads.get(id) ?? 0)) &&
        history.shownLists() === lists.get(machine.name),
    ),
  };
}

async function stateOf({ name, calls }: ScriptedMachine) {
  const projects = await calls.projects();
  const sessions = (await Promise.all(projects.map(({ id }) => calls.sessions(id)))).flat();
  return { name, sessions, digest: digestOfLists(projects, sessions) };
}
