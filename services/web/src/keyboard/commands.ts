/** What can be done from the keyboard right now: each screen adds its own commands while it is shown. */
import { useEffect, useRef } from 'react';
import type { IconName } from '../design/icon.tsx';
import { createStore, type Readable } from '../data/store.ts';

export interface Command {
  /** Stable, for keys of lists. */
  readonly id: string;
  readonly title: string;
  /** Shown smaller beside the title; searched too. */
  readonly detail?: string;
  readonly group: string;
  readonly icon: IconName;
  /** Such as `n`, `mod+k` or `?`; works while no dialog is open. */
  readonly chord?: string;
  /** Shown in the sheet of shortcuts, not in the palette. */
  readonly hidden?: boolean;
  readonly run: () => void;
}

export interface Commands extends Readable<readonly Command[]> {
  /** Adds commands until the function returned is called. */
  add(commands: readonly Command[]): () => void;
  /** Runs the command of this id, if it is offered now. */
  run(id: string): void;
}

export function createCommands(): Commands {
  const store = createStore<readonly Command[]>([]);
  return {
    get: store.get,
    subscribe: store.subscribe,
    run: (id) =>
      store
        .get()
        .find((command) => command.id === id)
        ?.run(),
    add(commands) {
      store.set([...store.get(), ...commands]);
      return () => store.set(store.get().filter((command) => !commands.includes(command)));
    },
  };
}

/** Offers commands while the component is shown. `commands` may be a new list on every render. */
export function useCommands(registry: Commands, commands: readonly Command[]): void {
  const latest = useRef(commands);
  useEffect(() => {
    latest.current = commands;
  });
  const shape = commands
    .map(({ id, title, detail, chord }) => [id, title, detail, chord].join('\u0000'))
    .join('\u0001');
  useEffect(() => {
    const run = (id: string) => latest.current.find((command) => command.id === id)?.run();
    return registry.add(latest.current.map((command) => ({ ...command, run: () => run(command.id) })));
  }, [registry, shape]);
}
