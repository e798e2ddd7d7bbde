// A name that becomes a field on click: Enter keeps, Escape leaves it as it was.
import { useState } from 'react';
import { messageOf } from '../data/failure.ts';
import './renamable.css';

interface RenamableProps {
  value: string;
  /** The field's accessible name. */
  label: string;
  onRename: (name: string) => Promise<void>;
  /** Controlled from outside, such as by a shortcut. */
  editing?: boolean;
  onEditing?: (editing: boolean) => void;
}

export function Renamable({ value, label, onRename, editing: given, onEditing }: RenamableProps) {
  const [own, setOwn] = useState(false);
  const [failure, setFailure] = useState<string | null>(null);
  const editing = given ?? own;
  const setEditing = onEditing ?? setOwn;

  const keep = (name: string) => {
    setEditing(false);
    const trimmed = name.trim();
    if (trimmed === '' || trimmed === value) return;
    setFailure(null);
    onRename(trimmed).catch((error: unknown) => setFailure(messageOf(error)));
  };
  if (editing) {
    return (
      <input
        className="renamable-field"
        aria-label={label}
        defaultValue={value}
        maxLength={200}
        autoFocus
        onFocus={(event) => event.target.select()}
        onBlur={(event) => keep(event.target.value)}
        onKeyDown={(event) => {
          if (event.nativeEvent.isComposing) return;
          if (event.key === 'Enter') keep(event.currentTarget.value);
          if (event.key === 'Escape') {
            event.stopPropagation();
            setEditing(false);
          }
        }}
      />
    );
  }
  return (
    <button type="button" className="renamable" title={failure ?? 'Rename'} onClick={() => setEditing(true)}>
      <span className="truncate">{value}</span>
      {failure && (
        <span className="renamable-failure" role="alert">
          {failure}
        </span>
      )}
    </button>
  );
}
