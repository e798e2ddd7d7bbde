/** Brings a reader to the relay where something is about to be seen: beside its machine, or beside an outdated link. */
import { setTimeout as sleep } from 'node:timers/promises';
import { waitFor } from '../support/wait.ts';
import type { ScriptedMachine } from './scripted-machine.ts';
import type { Site } from './site.ts';
import type { RunningReader } from './start-readers.ts';

/** A machine and a reader of it on the same relay. */
export interface Together {
  readonly machine: string;
  readonly reader: string;
}

const TOGETHER_LIMIT_MS = 6_000;
const ELSEWHERE_LIMIT_MS = 6_000;
const BESIDE_LIMIT_MS = 3_000;
const LOOK_EVERY_MS = 50;

/** Leads reader number `target` to its machine's relay. Resolves when it reads there, or with null when it does not. */
export async function bringTogether({ readers }: Site, target: number): Promise<Together | null> {
  const reader = readers[target];
  if (!reader) return null;
  const { machine } = reader;
  const isTogether = () => {
    const port = machine.network.target();
    return port !== null && port === reader.network.target();
  };
  const lead = () => {
    const port = machine.network.target();
    if (port === null || isTogether()) return;
    reader.network.lead(port);
    if (reader.network.target() !== null) reader.network.cut();
  };
  lead();
  const beganAt = Date.now();
  const reads = await waitFor(
    'reader and machine on one relay',
    TOGETHER_LIMIT_MS,
    () => {
      if (isTogether()) return hasReadSince(reader, beganAt) || undefined;
      lead();
      return undefined;
    },
    500,
  ).catch(() => false);
  reader.network.lead(null);
  return reads ? { machine: machine.name, reader: reader.name } : null;
}

/**
 * The machine's link breaks on the machine's side alone, and the machine comes back at another relay. Then a reader of
 * it comes to the relay that still has the old link. Takes `ms`, or a little longer.
 */
export async function readerComesToStrandedLink(
  { readers }: Site,
  machine: ScriptedMachine,
  ms: number,
): Promise<void> {
  const until = Date.now() + ms;
  const hung = machine.network.target();
  machine.network.strand();
  const elsewhere = () => (machine.network.target() ?? hung) !== hung || undefined;
  await waitFor('the machine elsewhere', ELSEWHERE_LIMIT_MS, elsewhere, LOOK_EVERY_MS).catch(() => {
    // Nobody may be able to let it in now; the stranded link is left all the same.
  });
  const reader = readers.find((each) => each.machine === machine);
  reader?.network.lead(hung);
  reader?.network.cut();
  const beside = () => reader?.network.target() === hung;
  await waitFor('the reader beside the old link', BESIDE_LIMIT_MS, beside, LOOK_EVERY_MS).catch(() => {
    // The relay may have died with the link.
  });
  reader?.network.lead(null);
  await sleep(Math.max(0, until - Date.now()));
}

function hasReadSince({ history }: RunningReader, time: number): boolean {
  history.readOn();
  const last = history.records.at(-1);
  return last !== undefined && last.at > time && (last.kind === 'event' || last.kind === 'lists');
}
