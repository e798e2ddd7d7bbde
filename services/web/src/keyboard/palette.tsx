// The command palette: type to find a session, a machine, an action; Enter runs it.
import { useId, useMemo, useState, type KeyboardEvent } from 'react';
import { useServices } from '../app/services.ts';
import { useStore } from '../data/store.ts';
import { Dialog } from '../design/dialog.tsx';
import { Icon } from '../design/icon.tsx';
import { Kbd } from '../design/kbd.tsx';
import type { Command } from './commands.ts';
import { searchCommands } from './search-commands.ts';
import './palette.css';

export function Palette({ open, onClose }: { open: boolean; onClose: () => void }) {
  return (
    <Dialog open={open} kind="sheet" title="Command palette" onClose={onClose}>
      <PaletteBody onClose={onClose} />
    </Dialog>
  );
}

function PaletteBody({ onClose }: { onClose: () => void }) {
  const { commands } = useServices();
  const all = useStore(commands);
  const [query, setQuery] = useState('');
  const [chosen, setChosen] = useState(0);
  const listId = useId();
  const found = useMemo(() => searchCommands(all, query), [all, query]);
  const active = Math.min(chosen, found.length - 1);

  const run = (command: Command | undefined) => {
    if (!command) return;
    onClose();
    // After the dialog gave the focus back, so that the command may move it.
    setTimeout(command.run);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.nativeEvent.isComposing) return;
    if (event.key === 'Enter') run(found[active]);
    else if (event.key === 'ArrowDown') setChosen((active + 1) % Math.max(1, found.length));
    else if (event.key === 'ArrowUp') setChosen((active - 1 + found.length) % Math.max(1, found.length));
    else return;
    event.preventDefault();
  };

  return (
    <>
      <div className="palette-head">
        <Icon name="search" size={18} />
        <input
          data-autofocus
          role="combobox"
          aria-expanded="true"
          aria-controls={listId}
          aria-activedescendant={found[active] && `${listId}-${active}`}
          aria-label="Find a session, a machine or an action"
          placeholder="Find a session, a machine or an action"
          value={query}
          onChange={(event) => {
            setQuery(event.target.value);
            setChosen(0);
          }}
          onKeyDown={onKeyDown}
        />
      </div>
      {/* Options are reached by arrows from the field; the list scrolls with them. */}
      <div className="palette-list" id={listId} role="listbox" aria-label="Results">
        {found.map((command, index) => (
          <PaletteOption
            key={command.id}
            id={`${listId}-${index}`}
            command={command}
            active={index === active}
            first={command.group !== found[index - 1]?.group}
            onHover={() => setChosen(index)}
            onRun={() => run(command)}
          />
        ))}
      </div>
      {found.length === 0 && <p className="palette-none">Nothing found for “{query}”.</p>}
    </>
  );
}

interface PaletteOptionProps {
  id: string;
  command: Command;
  active: boolean;
  /** Of its group. */
  first: boolean;
  onHover: () => void;
  onRun: () => void;
}

function PaletteOption({ id, command, active, first, onHover, onRun }: PaletteOptionProps) {
  return (
    <>
      {first && (
        <div className="palette-group" role="presentation">
          {command.group}
        </div>
      )}
      {/* The field above keeps the focus and handles the keys. */}
      {/* oxlint-disable-next-line jsx-a11y/click-events-have-key-events, jsx-a11y/interactive-supports-focus */}
      <div
        id={id}
        role="option"
        aria-selected={active}
        ref={(element) => {
          if (active) element?.scrollIntoView({ block: 'nearest' });
        }}
        className={active ? 'palette-option palette-option-active' : 'palette-option'}
        onMouseMove={active ? undefined : onHover}
        onClick={onRun}
      >
        <Icon name={command.icon} />
        <span className="palette-title truncate">{command.title}</span>
        {command.detail && <span className="palette-detail truncate">{command.detail}</span>}
        {command.chord && <Kbd chord={command.chord} />}
      </div>
    </>
  );
}
