// A path on the machine, with the directories that continue it: arrows choose, Tab or Enter takes one.
import { useEffect, useId, useState, type KeyboardEvent } from 'react';
import type { PathEntry } from '@spectral/proto/wire';
import { Icon } from '../design/icon.tsx';
import { useMachine } from '../machines/machine-context.ts';

interface PathFieldProps {
  value: string;
  fault: string | null;
  onChange: (path: string) => void;
  onEscape?: (() => void) | undefined;
}

export function PathField({ value, fault, onChange, onEscape }: PathFieldProps) {
  const id = useId();
  const entries = usePaths(value);
  const [chosen, setChosen] = useState(-1);
  const [open, setOpen] = useState(true);
  const shown = open ? entries : [];

  const take = (entry: PathEntry | undefined) => {
    if (!entry) return;
    onChange(`${entry.path}/`);
    setChosen(-1);
    setOpen(true);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const { key } = event;
    if (key === 'ArrowDown' && shown.length > 0) setChosen((chosen + 1) % shown.length);
    else if (key === 'ArrowUp' && shown.length > 0) setChosen((chosen - 1 + shown.length) % shown.length);
    else if (key === 'Tab' && !event.shiftKey && shown.length > 0) take(shown[Math.max(0, chosen)]);
    else if (key === 'Enter' && chosen >= 0) take(shown[chosen]);
    else if (key === 'Escape') onEscape?.();
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  return (
    <div className="path-field">
      <label htmlFor={id}>Directory on the machine</label>
      <input
        id={id}
        className="input mono"
        role="combobox"
        aria-expanded={shown.length > 0}
        aria-controls={`${id}-list`}
        aria-activedescendant={chosen >= 0 ? `${id}-${chosen}` : undefined}
        aria-invalid={fault ? true : undefined}
        aria-describedby={`${id}-help`}
        autoComplete="off"
        autoCapitalize="off"
        spellCheck={false}
        autoFocus
        value={value}
        onChange={(event) => {
          onChange(event.target.value);
          setChosen(-1);
          setOpen(true);
        }}
        onKeyDown={onKeyDown}
      />
      <p
        id={`${id}-help`}
        className={fault ? 'field-fault' : 'visually-hidden'}
        role={fault ? 'alert' : undefined}
      >
        {fault ?? 'It must exist. Arrow keys choose from the list, Tab completes.'}
      </p>
      <div
        id={`${id}-list`}
        role="listbox"
        aria-label="Directories"
        className="path-list"
        hidden={shown.length === 0}
      >
        {shown.map((entry, index) => (
          // The field keeps the focus and handles the keys.
          // oxlint-disable-next-line jsx-a11y/click-events-have-key-events, jsx-a11y/interactive-supports-focus
          <div
            key={entry.path}
            id={`${id}-${index}`}
            role="option"
            aria-selected={index === chosen}
            className={index === chosen ? 'path-option path-option-chosen' : 'path-option'}
            onMouseDown={(event) => {
              event.preventDefault();
              take(entry);
            }}
          >
            <Icon name="folder" size={15} />
            <span className="truncate">{entry.name}</span>
            {entry.repository && <span className="tag">git</span>}
          </div>
        ))}
      </div>
    </div>
  );
}

const TYPING_MS = 120;

/** Directories that continue the path; those known stay while newer ones are asked for. */
function usePaths(prefix: string): readonly PathEntry[] {
  const { room } = useMachine();
  const [entries, setEntries] = useState<readonly PathEntry[]>([]);
  useEffect(() => {
    const showEntries = (found: readonly PathEntry[]) => setEntries(wantedEntries(found, prefix));
    const asked = new AbortController();
    const timer = setTimeout(() => {
      room.calls.paths(prefix, { signal: asked.signal }).then(showEntries, () => {
        // Completion is a convenience: without it the path is typed whole, and creating tells what is wrong.
      });
    }, TYPING_MS);
    return () => {
      clearTimeout(timer);
      asked.abort();
    };
  }, [prefix, room]);
  return entries;
}

/** Hidden directories are offered once their dot is typed. */
function wantedEntries(found: readonly PathEntry[], prefix: string): readonly PathEntry[] {
  const typed = prefix.slice(prefix.lastIndexOf('/') + 1);
  return typed.startsWith('.') ? found : found.filter(({ name }) => !name.startsWith('.'));
}
